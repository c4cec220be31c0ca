import type { Argument, CommandCall, Expression, PipelineElement, Redirection } from "./ast.ts";
import { ExpressionParser } from "./expression-parser.ts";
import { numberFrom } from "./numbers.ts";

const redirection = /([1-6*])?>(>)?(&1)?/y;
/** What may stand in a word of a command without quotes. */
const wordEnd = /[\s(){};,|&<>]/;
const expressionStart = /[$("'[{@\d.+\-!,\u2018-\u201e]/;

/** Commands: a name and arguments, where words need no quotes. */
export abstract class CommandParser extends ExpressionParser {
  protected pipelineElement(): PipelineElement {
    this.skipBlanks();
    const start = this.at;
    const invocation = this.takes(/&(?!&)|\.(?=[\s$("'{&]|`\r?\n)/y) ?? "";
    if (invocation === "&" || invocation === ".") {
      this.skipBlanks();
      return this.command(start, invocation);
    }
    if (this.startsExpression()) {
      const value = this.expression();
      return { kind: "expression", value, redirections: this.redirections(), ...this.extent(start) };
    }
    return this.command(start, "");
  }

  protected startsExpression(): boolean {
    const char = this.char();
    if (!expressionStart.test(char)) return false;
    if (/\d/.test(char) || (char === "." && /\d/.test(this.char(1)))) {
      // The dash of `1e-5` is no operator.
      const word = this.matches(/(?:(?:\d+\.?\d*|\.\d+)e[+-]\d+)?[^\s(){};,|&<>=+*/%-]*/iy)?.[0] ?? "";
      return (
        numberFrom(word.replace(/\.\..*$/, "")) !== undefined ||
        numberFrom(word.split(/\.(?=[A-Za-z])/)[0] ?? "") !== undefined
      );
    }
    if (char === ".") return false;
    if (char === "-") return this.matches(/-(?:-|[\d.$("'[]|(?:not|bnot|join|[ci]?split)(?![\w-]))/iy) !== undefined;
    if (char === "@") return this.matches(/@[({"'\u2018-\u201e]/y) !== undefined;
    return true;
  }

  private command(start: number, invocation: "" | "&" | "."): CommandCall {
    const name = invocation === "" ? this.word() : this.argumentValue();
    const args: Argument[] = [];
    const redirections: Redirection[] = [];
    let verbatim: string | undefined;
    for (;;) {
      this.skipBlanks();
      if (this.isAtEnd || /[\r\n;|)}]/.test(this.char())) break;
      if (this.sees("&&") || this.sees("||"))
        throw this.failure(
          "InvalidEndOfLine",
          `The token '${this.slice(this.at, this.at + 2)}' is not a valid statement separator in this version.`,
        );
      if (this.char() === "&")
        throw this.failure(
          "AmpersandNotAllowed",
          'The ampersand (&) character is not allowed. The & operator is reserved for future use; wrap an ampersand in double quotation marks ("&") to pass it as part of a string.',
        );
      const redirected = this.redirection();
      if (redirected) {
        redirections.push(redirected);
        continue;
      }
      if (this.takes(/--%(?=[ \t]|\r?\n|$)/y) !== undefined) {
        verbatim = (this.takes(/[^\r\n|]*/y) ?? "").trim();
        break;
      }
      args.push(this.argument());
    }
    return { kind: "command", invocation, name, args, verbatim, redirections, ...this.extent(start) };
  }

  protected redirections(): Redirection[] {
    const found: Redirection[] = [];
    for (;;) {
      this.skipBlanks();
      const next = this.redirection();
      if (!next) return found;
      found.push(next);
    }
  }

  private redirection(): Redirection | undefined {
    const match = this.matches(redirection);
    if (!match) {
      if (this.char() === "<")
        throw this.failure("RedirectionNotSupported", "The '<' operator is reserved for future use.");
      return undefined;
    }
    this.at += match[0].length;
    const from = (match[1] ?? "1") as Redirection["from"];
    if (match[3]) return { from, to: "1" };
    if (this.char() === "&") throw this.refuse(`the redirection ${match[0]}&`);
    this.skipBlanks();
    return { from, to: { file: this.argumentValue(), append: match[2] !== undefined } };
  }

  private argument(): Argument {
    const start = this.at;
    const parameter = this.matches(/-([A-Za-z_?][\w-]*)(:?)/y);
    if (parameter && !/[^\s(){};,|&<>:$"']/.test(this.char(parameter[0].length))) {
      this.at += parameter[0].length;
      const [, name = "", colon] = parameter;
      if (colon === ":") {
        this.skipBlanks();
        if (this.isAtEnd || /[\r\n;|)}]/.test(this.char()))
          return { kind: "parameter", name, value: undefined, source: this.slice(start) };
        const value = this.listArgument();
        return { kind: "parameter", name, value, source: this.slice(start) };
      }
      return { kind: "parameter", name, value: undefined, source: this.slice(start) };
    }
    return { kind: "value", value: this.listArgument() };
  }

  /** An argument, or several with commas between them. */
  private listArgument(): Expression {
    return this.list(() => this.argumentValue());
  }

  protected argumentValue(): Expression {
    const start = this.at;
    const char = this.char();
    const splat = this.matches(/@([A-Za-z_]\w*)/y);
    if (splat) {
      this.at += splat[0].length;
      return { kind: "variable", name: splat[1] ?? "", splat: true, ...this.extent(start) };
    }
    if (/[({]/.test(char) || this.matches(/@[({]/y)) return this.postfixOf(this.primary(), start);
    if (char === "$" || /["'\u2018-\u201e]/.test(char) || this.matches(/@["'\u2018-\u201e]/y)) {
      const isVariable = char === "$";
      if (isVariable && !this.matches(/\$[\w{(?^$:]/y)) return this.word();
      const back = this.at;
      const value = this.postfixOf(this.primary(), start);
      if (this.isAtEnd || wordEnd.test(this.char())) return value;
      // `$env:TEMP\x` and `"a"b` are one word.
      this.at = back;
    }
    return this.word();
  }

  /** A word without quotes around the whole of it. */
  protected word(): Expression {
    const start = this.at;
    const parts: (string | Expression)[] = [];
    let plain = "";
    const flush = (): void => {
      if (plain !== "") parts.push(plain);
      plain = "";
    };
    while (!this.isAtEnd && !wordEnd.test(this.char())) {
      const escaped = this.escape();
      if (escaped !== undefined) {
        plain += escaped;
        continue;
      }
      const inner = this.char() === "$" ? this.interpolation() : this.string();
      if (!inner) {
        plain += this.char();
        this.at++;
        continue;
      }
      if (inner.kind === "literal" && typeof inner.value === "string") {
        plain += inner.value;
        continue;
      }
      flush();
      parts.push(inner);
    }
    flush();
    if (this.at === start) {
      const token = this.char();
      throw token === ""
        ? this.failure("MissingExpression", "An expression was expected.", start)
        : this.failure("UnexpectedToken", `Unexpected token '${token}' in expression or statement.`, start);
    }
    const extent = this.extent(start);
    const source = this.slice(start);
    if (parts.some((part) => typeof part !== "string")) return { kind: "text", parts, ...extent };
    const value = parts.join("");
    const number = value === source ? numberFrom(value) : undefined;
    return { kind: "literal", value: number ?? value, source, ...extent };
  }
}
