import { fstatSync } from "node:fs";
import { converse, linesOfInput } from "./converse.ts";
import { Output } from "./output.ts";
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

/** This process's terminal. */
export function nodeTerminal(): Terminal {
  const output = new Output(1);
  const errors = new Output(2);
  let questions: Questions | undefined;
  return {
    watched: output.isTerminal,
    columns: output.columns,
    write: (text) => {
      questions?.leaveQuestion();
      output.write(text);
    },
    writeError: (text) => {
      questions?.leaveQuestion();
      errors.write(text);
    },
    flush: async () => {
      await output.flush();
      await errors.flush();
    },
    readAll: async () => {
      const chunks: Uint8Array[] = [];
      for await (const chunk of process.stdin) chunks.push(chunk as Uint8Array);
      return Buffer.concat(chunks);
    },
    ask: async (question, signal) => {
      if (!process.stdin.isTTY) throw noTerminal();
      questions ??= new Questions(process.stdin, (text) => output.write(text));
      return questions.ask(question, signal);
    },
    converse: (prompt, signal) => {
      if (process.stdin.isTTY) return converse(prompt, signal);
      return fstatSync(0).isFIFO() ? undefined : linesOfInput(signal);
    },
  };
}
