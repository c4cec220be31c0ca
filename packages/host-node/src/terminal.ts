import { fstatSync } from "node:fs";
import { converse, linesOfInput } from "./converse.ts";
import { noTerminal, Questions } from "./questions.ts";

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
  /**
   * The lines that the person types at a prompt. They end at Ctrl-D, at Ctrl-C on an empty line (on any other it clears the line) and
   * with the signal. From a file, a socket or a device come its lines, without a prompt; undefined where another program pipes.
   */
  converse(prompt: string, signal: AbortSignal): AsyncIterable<string> | undefined;
}

/** This process's terminal. A reader that goes away (`| head`) ends the output quietly. */
export function nodeTerminal(): Terminal {
  process.stdout.on("error", () => {});
  let complained = false;
  let questions: Questions | undefined;
  const drained = (stream: NodeJS.WriteStream): Promise<void> =>
    new Promise((resolve) => {
      if (stream.destroyed || stream.writableLength === 0) resolve();
      else stream.write("", () => resolve());
    });
  return {
    watched: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    write: (text) => {
      questions?.leaveQuestion();
      process.stdout.write(text);
    },
    writeError: (text) => {
      questions?.leaveQuestion();
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
    ask: async (question, signal) => {
      if (!process.stdin.isTTY) throw noTerminal();
      questions ??= new Questions(process.stdin, (text) => void process.stdout.write(text));
      return questions.ask(question, signal);
    },
    converse: (prompt, signal) => {
      if (process.stdin.isTTY) return converse(prompt, signal);
      return fstatSync(0).isFIFO() ? undefined : linesOfInput(signal);
    },
  };
}
