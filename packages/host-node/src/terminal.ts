/** The streams of this process, and questions on its terminal. */
export interface Terminal {
  /** True where a person may be watching: standard output is a terminal and this process is in its foreground. */
  readonly watched: boolean;
  readonly columns: number;
  write(text: string): void;
  writeError(text: string): void;
  /** Resolves when everything written has left this process. */
  flush(): Promise<void>;
  /** All of standard input, as text. */
  readAll(): Promise<Uint8Array>;
  /** One line from the person at the terminal. Rejects with code `ui/no-terminal`. */
  ask(question: string, signal: AbortSignal): Promise<string>;
}

function noTerminal(): Error {
  return Object.assign(new Error("there is no terminal to ask on"), { code: "ui/no-terminal" });
}

function ask(question: string, signal: AbortSignal): Promise<string> {
  if (!process.stdin.isTTY) return Promise.reject(noTerminal());
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const lines = process
      .getBuiltinModule("node:readline")
      .createInterface({ input: process.stdin, output: process.stdout });
    const abort = (): void => {
      lines.close();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    // readline takes Ctrl-C for itself: hand it on to the process, whose handler cancels the run.
    lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
    lines.question(question, (answer) => {
      signal.removeEventListener("abort", abort);
      lines.close();
      resolve(answer);
    });
    lines.once("close", () => reject(noTerminal()));
  });
}

/** This process's terminal. A reader that goes away (`| head`) ends the output quietly. */
export function nodeTerminal(): Terminal {
  process.stdout.on("error", () => {});
  let complained = false;
  const drained = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((resolve) => {
      if (stream.destroyed || stream.writableLength === 0) resolve();
      else stream.write("", () => resolve());
    });
  return {
    watched: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    write: (text) => void process.stdout.write(text),
    writeError: (text) => {
      // Opened when something is written to it: that alone costs a millisecond of every start.
      if (!complained) process.stderr.on("error", () => {});
      complained = true;
      process.stderr.write(text);
    },
    flush: async () => {
      await drained(process.stdout);
      if (complained) await drained(process.stderr);
    },
    readAll: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
    ask,
  };
}
