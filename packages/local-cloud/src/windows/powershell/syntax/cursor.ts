import { Refusal } from "../../system/refusal.ts";
import type { Extent, ScriptSource } from "./ast.ts";
import { ScriptSyntaxError } from "./script-error.ts";

/** Quotes that PowerShell takes for `'` and `"`. */
export const singleQuotes = "'\u2018\u2019\u201a\u201b";
export const doubleQuotes = '"\u201c\u201d\u201e';

/** A place in a script, and what every part of the parser needs to look at it. */
export class Cursor {
  readonly source: ScriptSource;
  protected at: number;
  private readonly text: string;

  constructor(source: ScriptSource, at = 0) {
    this.source = source;
    this.text = source.text;
    this.at = at;
  }

  protected char(ahead = 0): string {
    return this.text[this.at + ahead] ?? "";
  }
  protected sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }
  protected get isAtEnd(): boolean {
    return this.at >= this.text.length;
  }
  protected slice(start: number, end: number = this.at): string {
    return this.text.slice(start, end);
  }
  /** Matches a sticky expression here. */
  protected matches(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.at;
    return expression.exec(this.text) ?? undefined;
  }
  /** Takes what a sticky expression matches here. */
  protected takes(expression: RegExp): string | undefined {
    const found = this.matches(expression)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** Passes blanks, comments and continued lines, but no line ends. */
  protected skipBlanks(): void {
    for (;;) {
      const found = this.takes(/(?:[ \t\f\v\u00a0\u0085]|`\r?\n)+/y);
      if (this.sees("<#")) {
        const end = this.text.indexOf("#>", this.at);
        if (end < 0) throw this.failure("MissingTerminatorMultiLineComment", "The terminator '#>' is missing.");
        this.at = end + 2;
      } else if (this.char() === "#") this.takes(/[^\r\n]*/y);
      else if (found === undefined) return;
    }
  }
  /** Passes line ends too. */
  protected skipLines(): void {
    for (;;) {
      this.skipBlanks();
      if (this.takes(/[\r\n]+/y) === undefined) return;
    }
  }
  /** Passes everything between statements. */
  protected skipSeparators(): void {
    for (;;) {
      this.skipBlanks();
      if (this.takes(/[\r\n;]+/y) === undefined) return;
    }
  }

  protected expect(text: string, what = `Missing '${text}' in expression or statement.`): void {
    this.skipLines();
    if (!this.sees(text)) throw this.failure("MissingEndParenthesisInExpression", what);
    this.at += text.length;
  }
  protected extent(start: number): Extent {
    return { start, end: this.at };
  }
  protected failure(id: string, message: string, start = this.at): ScriptSyntaxError {
    return new ScriptSyntaxError(id, message, { start, end: Math.max(start + 1, this.at) }, this.source);
  }
  protected refuse(what: string): Refusal {
    const line = this.text.slice(0, this.at).split("\n").length;
    return new Refusal(`${what} (line ${line})`);
  }
}
