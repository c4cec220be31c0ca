import { type Diagnostic, problem } from "@kiln/sdk";
import type { JsonNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { quoteCharacter, syntaxError } from "./syntax-error.ts";

const maxErrors = 20;

const endOfInput = "unexpected end of JSON input";
export const ofValue = "looking for beginning of value";
export const ofKey = "looking for beginning of object key string";

/** Thrown to leave the parser where going on would only tell nonsense; never escapes the parser. */
export class Stop extends Error {}

/** White space, scalars and complaints of JSON; what contains them is the parser's. */
export class Scanner {
  readonly errors: Diagnostic[] = [];
  protected readonly source: SourceText;
  protected readonly text: string;
  protected at = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  protected string(): string {
    const text = this.text;
    const start = ++this.at;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        this.at++;
        return text.slice(start, this.at - 1);
      }
      if (code === 0x5c || code < 0x20 || this.at >= text.length) break;
      this.at++;
    }
    return this.escaped(start);
  }

  private escaped(start: number): string {
    const text = this.text;
    let out = text.slice(start, this.at);
    let from = this.at;
    for (;;) {
      if (this.at >= text.length) this.stop(this.at, endOfInput);
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        out += text.slice(from, this.at++);
        return out.isWellFormed() ? out : out.toWellFormed();
      }
      if (code === 0x5c) {
        out += text.slice(from, this.at);
        out += this.escape();
        from = this.at;
      } else if (code < 0x20) {
        const cause = `invalid character ${this.here()} in string literal`;
        if (code === 0x0a || code === 0x0d)
          this.stop(this.at, cause, "A string ends on the line where it starts; is a closing quote missing?");
        this.report(this.at, cause, {
          hint: "Control characters are written as escapes.",
          suggestion: {
            replace: this.source.range(this.at, this.at + 1),
            with: JSON.stringify(text[this.at]).slice(1, -1),
          },
        });
        this.at++;
      } else this.at++;
    }
  }

  private escape(): string {
    const escape = this.at++;
    const letter = this.text.charAt(this.at);
    const plainEscapes: Record<string, string> = {
      '"': '"',
      "\\": "\\",
      "/": "/",
      b: "\b",
      f: "\f",
      n: "\n",
      r: "\r",
      t: "\t",
    };
    const simple = plainEscapes[letter];
    if (simple !== undefined) {
      this.at++;
      return simple;
    }
    if (letter !== "u") {
      if (letter === "") this.stop(this.at, endOfInput);
      this.report(this.at, `invalid character ${this.here()} in string escape code`, {
        hint: "A backslash itself is written twice.",
        suggestion: { replace: this.source.range(escape, escape + 1), with: "\\\\" },
      });
      return "";
    }
    this.at++;
    const hex = /^[\dA-Fa-f]{0,4}/.exec(this.text.slice(this.at, this.at + 4))?.[0] ?? "";
    this.at += hex.length;
    if (hex.length === 4) return String.fromCharCode(Number.parseInt(hex, 16));
    if (this.at >= this.text.length) this.stop(this.at, endOfInput);
    this.report(this.at, `invalid character ${this.here()} in \\u hexadecimal character escape`);
    return "";
  }

  protected number(): JsonNode {
    const start = this.at;
    if (this.text.charAt(this.at) === "-") this.at++;
    if (this.text.charAt(this.at) === "0") this.at++;
    else this.digits("in numeric literal");
    if (this.text.charAt(this.at) === ".") {
      this.at++;
      this.digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.text.charAt(this.at))) {
      this.at++;
      if (/[+-]/.test(this.text.charAt(this.at))) this.at++;
      this.digits("in exponent of numeric literal");
    }
    return { kind: "number", start, end: this.at, value: Number(this.text.slice(start, this.at)) };
  }

  private digits(where: string): void {
    const start = this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= 0x30 && code <= 0x39)) break;
      this.at++;
    }
    if (this.at > start) return;
    if (this.at >= this.text.length) this.stop(this.at, endOfInput);
    this.report(this.at, `invalid character ${this.here()} ${where}`);
  }

  /** `true`, `false`, `null`, or what somebody wrote instead of a value. */
  protected word(): JsonNode {
    const start = this.at;
    if (start >= this.text.length) this.stop(start, endOfInput);
    for (const value of [true, false, null]) {
      const word = String(value);
      if (this.text.charAt(start) !== word.charAt(0)) continue;
      let same = 1;
      while (same < word.length && this.text.charAt(start + same) === word.charAt(same)) same++;
      this.at = start + same;
      if (same < word.length) {
        if (this.at >= this.text.length) this.stop(this.at, endOfInput);
        this.report(this.at, `invalid character ${this.here()} in literal ${word} (expecting '${word.charAt(same)}')`);
        this.skipWord();
      }
      return { kind: "literal", start, end: this.at, value };
    }
    const cause = this.unexpected(ofValue);
    const bare = /^(?:'[^'"\\\n]*'|[A-Za-z_][\w.-]*|[.+]\d[\w.]*)/.exec(this.text.slice(start, start + 200))?.[0];
    if (!bare) this.stop(start, cause);
    const word = bare.startsWith("'") ? bare.slice(1, -1) : bare;
    const fix = /^(?:true|false|null)$/i.test(word) ? word.toLowerCase() : JSON.stringify(word);
    this.report(start, cause, { suggestion: { replace: this.source.range(start, start + bare.length), with: fix } });
    this.at = start + bare.length;
    return { kind: "literal", start, end: this.at, value: null };
  }

  private skipWord(): void {
    while (/\w/.test(this.text.charAt(this.at))) this.at++;
  }

  /** White space; a comment is reported once and passed over. */
  protected space(where: string): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) this.at++;
      else if (code === 0x2f && this.comment(where)) continue;
      else return;
    }
  }

  private comment(where: string): boolean {
    const start = this.at;
    const second = this.text.charAt(start + 1);
    if (second !== "/" && second !== "*") return false;
    const end = second === "/" ? this.text.indexOf("\n", start) : this.text.indexOf("*/", start + 2);
    const cause = this.unexpected(where);
    if (end < 0) this.stop(start, cause);
    this.at = second === "/" ? end : end + 2;
    this.report(start, cause, {
      hint: 'JSON has no comments. A root level member whose name starts with "_" may hold one.',
      end: this.at,
    });
    return true;
  }

  protected unexpected(where: string): string {
    return this.at < this.text.length ? `invalid character ${this.here()} ${where}` : endOfInput;
  }

  protected here(): string {
    return quoteCharacter(this.text.charCodeAt(this.at));
  }

  protected tooDeep(offset: number, maxDepth: number): never {
    this.errors.push(
      problem("json/too-deep", `Error parsing JSON: exceeded max depth`, {
        detail: `Objects and lists are nested more than ${maxDepth} deep here.`,
        subject: this.source.range(offset, offset + 1),
      }),
    );
    throw new Stop();
  }

  protected report(offset: number, cause: string, more: Parameters<typeof syntaxError>[3] = {}): void {
    this.errors.push(syntaxError(this.source, offset, cause, more));
    if (this.errors.length >= maxErrors) throw new Stop();
  }

  protected stop(offset: number, cause: string, hint?: string): never {
    this.errors.push(syntaxError(this.source, offset, cause, hint === undefined ? {} : { hint }));
    throw new Stop();
  }
}
