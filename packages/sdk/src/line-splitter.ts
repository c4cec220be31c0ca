import type { OutputChunk } from "./communicator.ts";
import type { Ui } from "./run.ts";

/**
 * Cuts a stream of bytes into lines as Packer shows them: right-trimmed, and of text with carriage returns only what follows the last one.
 * Bytes that are not UTF-8 become U+FFFD; a character split between chunks is joined.
 */
export class LineSplitter {
  readonly #decoder = new TextDecoder();
  readonly #onLine: (line: string) => void;
  #rest = "";

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  push(bytes: Uint8Array): void {
    this.#rest += this.#decoder.decode(bytes, { stream: true });
    let from = 0;
    for (let end = this.#rest.indexOf("\n"); end >= 0; end = this.#rest.indexOf("\n", from)) {
      this.#onLine(shown(this.#rest.slice(from, end)));
      from = end + 1;
    }
    if (from > 0) this.#rest = this.#rest.slice(from);
  }

  /** The last line, where it does not end in a newline. */
  end(): void {
    this.#rest += this.#decoder.decode();
    if (this.#rest !== "") this.#onLine(shown(this.#rest));
    this.#rest = "";
  }
}

function shown(line: string): string {
  const trimmed = line.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf("\r") + 1);
}

/** Sends a command's output to a build's lines: standard output as messages, standard error as errors. Call `end` after the command. */
export function showOutput(ui: Ui): { readonly onOutput: (chunk: OutputChunk) => void; end(): void } {
  const out = new LineSplitter((line) => ui.message(line));
  const err = new LineSplitter((line) => ui.error(line));
  return {
    onOutput: ({ stream, bytes }) => (stream === "stdout" ? out : err).push(bytes),
    end: () => {
      out.end();
      err.end();
    },
  };
}
