import type { SourceRange } from "@kiln/sdk";
import type { SecretSet } from "../secrets.ts";

/** One line of a file that diagnostics point into, counted from 1; undefined where it cannot be had, or must not be shown. */
export type LineOf = (file: string, line: number) => string | undefined;

/** The files that diagnostics point into. */
export class SourceLines {
  readonly #texts = new Map<string, Uint8Array | string>();
  readonly #lines = new Map<string, readonly string[]>();
  readonly #concealed = new Map<string, SourceRange[]>();

  remember(file: string, text: Uint8Array | string): void {
    this.#texts.set(file, text);
    this.#lines.delete(file);
  }

  /** The lines of the range hold a secret. */
  conceal(range: SourceRange): void {
    const known = this.#concealed.get(range.file);
    if (known) known.push(range);
    else this.#concealed.set(range.file, [range]);
  }

  readonly lineOf: LineOf = (file, line) => {
    if (this.#concealed.get(file)?.some(({ start, end }) => start.line <= line && line <= end.line)) return undefined;
    return this.#linesOf(file)[line - 1];
  };

  #linesOf(file: string): readonly string[] {
    let lines = this.#lines.get(file);
    if (!lines) {
      const text = this.#texts.get(file);
      lines = text === undefined ? [] : linesIn(typeof text === "string" ? text : new TextDecoder().decode(text));
      this.#lines.set(file, lines);
    }
    return lines;
  }
}

/** Those lines without the ones that hold a secret: a mask would put the marks below in the wrong place. */
export function withoutSecrets(lineOf: LineOf, secrets: Pick<SecretSet, "mask">): LineOf {
  return (file, number) => {
    const line = lineOf(file, number);
    return line !== undefined && secrets.mask(line) === line ? line : undefined;
  };
}

/** The lines of a text, without their ends. */
function linesIn(text: string): readonly string[] {
  return text.split("\n").map((line) => line.replace(/\r$/, ""));
}
