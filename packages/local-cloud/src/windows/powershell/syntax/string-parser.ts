import type { Expression, Statement } from "./ast.ts";
import { Cursor, doubleQuotes, singleQuotes } from "./cursor.ts";

const escapes: Readonly<Record<string, string>> = {
  "0": "\0",
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const variableName = /\$(?:\{((?:`[\s\S]|[^}`])+)\}|((?:(?:\w+|\?):)?\w+|[$?^](?!\w))|(\?))/y;

/** Strings and variables: the parts of the language that nest into each other through `$(…)`. */
export abstract class StringParser extends Cursor {
  /** Statements up to (not including) a closing character. */
  protected abstract statementsUntil(close: string): Statement[];

  protected variable(): Expression | undefined {
    const start = this.at;
    const match = this.matches(variableName);
    if (!match) return undefined;
    this.at += match[0].length;
    const name = (match[1] ?? match[2] ?? match[3] ?? "").replace(/`([\s\S])/g, "$1");
    return { kind: "variable", name, splat: false, ...this.extent(start) };
  }

  /** Any string here, or undefined. */
  protected string(): Expression | undefined {
    const start = this.at;
    if (this.char() === "@" && this.matches(/@["'\u2018-\u201e][ \t]*\r?\n/y)) return this.hereString(start);
    const quote = this.char();
    if (quote === "") return undefined;
    if (singleQuotes.includes(quote)) return this.verbatim(start);
    if (doubleQuotes.includes(quote)) return this.expandable(start);
    return undefined;
  }

  private verbatim(start: number): Expression {
    this.at++;
    let value = "";
    for (;;) {
      if (this.isAtEnd)
        throw this.failure("TerminatorExpectedAtEndOfString", "The string is missing the terminator: '.", start);
      const char = this.char();
      if (singleQuotes.includes(char)) {
        const next = this.char(1);
        if (next === "" || !singleQuotes.includes(next)) break;
        this.at++;
      }
      value += char;
      this.at++;
    }
    this.at++;
    return { kind: "literal", value, source: this.slice(start), ...this.extent(start) };
  }

  private expandable(start: number): Expression {
    this.at++;
    const missing = 'The string is missing the terminator: ".';
    const parts = this.expandableParts(() => {
      if (this.isAtEnd) throw this.failure("TerminatorExpectedAtEndOfString", missing, start);
      if (!doubleQuotes.includes(this.char())) return "more";
      const next = this.char(1);
      return next !== "" && doubleQuotes.includes(next) ? "doubled" : "end";
    });
    this.at++;
    return this.textOf(parts, start);
  }

  private hereString(start: number): Expression {
    const quote = this.char(1);
    this.takes(/@["'\u2018-\u201e][ \t]*\r?\n/y);
    const isVerbatim = singleQuotes.includes(quote);
    const close = isVerbatim ? /(?:^|\r?\n)['\u2018-\u201b]@/g : /(?:^|\r?\n)["\u201c-\u201e]@/g;
    const body = this.at;
    const rest = this.slice(body, this.source.text.length);
    const end = close.exec(rest);
    if (!end)
      throw this.failure("TerminatorExpectedAtEndOfString", `The string is missing the terminator: ${quote}@.`, start);
    const stop = body + end.index;
    if (isVerbatim) {
      this.at = stop + end[0].length;
      return { kind: "literal", value: rest.slice(0, end.index), source: this.slice(start), ...this.extent(start) };
    }
    const parts = this.expandableParts(() => (this.at >= stop ? "end" : "more"));
    this.at = stop + end[0].length;
    return this.textOf(parts, start);
  }

  private textOf(parts: readonly (string | Expression)[], start: number): Expression {
    const extent = this.extent(start);
    if (parts.every((part) => typeof part === "string"))
      return { kind: "literal", value: parts.join(""), source: this.slice(start), ...extent };
    return { kind: "text", parts, ...extent };
  }

  private expandableParts(look: () => "more" | "doubled" | "end"): (string | Expression)[] {
    const parts: (string | Expression)[] = [];
    let plain = "";
    const flush = (): void => {
      if (plain !== "") parts.push(plain);
      plain = "";
    };
    for (;;) {
      const seen = look();
      if (seen === "end") break;
      if (seen === "doubled") {
        plain += this.char();
        this.at += 2;
        continue;
      }
      const escaped = this.escape();
      if (escaped !== undefined) {
        plain += escaped;
        continue;
      }
      const inner = this.char() === "$" ? this.interpolation() : undefined;
      if (inner) {
        flush();
        parts.push(inner);
        continue;
      }
      plain += this.char();
      this.at++;
    }
    flush();
    return parts;
  }

  /** A backtick and what it stands for. */
  protected escape(): string | undefined {
    if (this.char() !== "`" || this.char(1) === "") return undefined;
    const next = this.char(1);
    this.at += 2;
    if (next === "\r" && this.char() === "\n") this.at++;
    return next === "\r" || next === "\n" ? "" : (escapes[next] ?? next);
  }

  /** `$(…)` or a variable inside of a string. */
  protected interpolation(): Expression | undefined {
    if (this.sees("$(")) return this.subExpression();
    const found = this.variable();
    if (found && this.char() === ":" && /^\$\w+$/.test(this.slice(found.start))) {
      throw this.failure(
        "InvalidVariableReferenceWithDrive",
        "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name.",
        found.start,
      );
    }
    return found;
  }

  protected subExpression(): Expression {
    const start = this.at;
    this.at += 2;
    const body = this.statementsUntil(")");
    this.expect(")", "Missing closing ')' in subexpression.");
    return { kind: "sub", body, ...this.extent(start) };
  }
}
