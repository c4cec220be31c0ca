import type { Readable } from "node:stream";

export function noTerminal(): Error {
  return Object.assign(new Error("there is no terminal to ask on"), { code: "ui/no-terminal" });
}

/**
 * Questions on a terminal, one at a time. The terminal stays in its line mode: it does the editing, Ctrl-C is a signal as at any other
 * time, and what is typed ahead waits for the next question.
 */
export class Questions {
  readonly #input: Readable;
  readonly #write: (text: string) => void;
  readonly #decoder = new TextDecoder();
  #turn: Promise<unknown> = Promise.resolve();
  /** Read already; a terminal may hand over several lines at once. */
  #typed = "";
  #ended = false;
  #atQuestion = false;

  constructor(input: Readable, write: (text: string) => void) {
    this.#input = input;
    this.#write = write;
  }

  async ask(question: string, signal: AbortSignal): Promise<string> {
    const before = this.#turn;
    const over = Promise.withResolvers<void>();
    this.#turn = before.then(() => over.promise);
    try {
      await orAborted(before, signal);
      this.#write(question);
      this.#atQuestion = true;
      return await this.#line(signal);
    } finally {
      this.leaveQuestion();
      over.resolve();
    }
  }

  /** Called before anything else is written: it does not belong behind an open question. */
  leaveQuestion(): void {
    if (this.#atQuestion) this.#write("\n");
    this.#atQuestion = false;
  }

  #line(signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        this.#input.off("data", data).off("end", end).pause();
        signal.removeEventListener("abort", abort);
        how();
      };
      const abort = (): void => settle(() => reject(signal.reason));
      const end = (): void => {
        this.#ended = true;
        settle(() => reject(noTerminal()));
      };
      const take = (): boolean => {
        const length = this.#typed.indexOf("\n");
        if (length < 0) return false;
        const line = this.#typed.slice(0, length).replace(/\r$/, "");
        this.#typed = this.#typed.slice(length + 1);
        resolve(line);
        return true;
      };
      const data = (chunk: Uint8Array): void => {
        this.#typed += this.#decoder.decode(chunk, { stream: true });
        if (!take()) return;
        // The person's own Enter ended the line.
        this.#atQuestion = false;
        settle(() => {});
      };
      if (take()) return;
      if (this.#ended) return reject(noTerminal());
      signal.addEventListener("abort", abort, { once: true });
      this.#input.on("data", data).once("end", end).resume();
    });
  }
}

async function orAborted(wait: Promise<unknown>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([wait, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}
