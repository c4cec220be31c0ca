import { goQuote, isPrintable } from "@kiln/sdk";
import { isNameCharacter } from "../go/unicode.ts";
import type { Token, TokenKind } from "./token.ts";
import { isKeyword } from "./token.ts";

const spaces = " \t\r\n";

const isSpace = (char: string): boolean => char !== "" && spaces.includes(char);
const isDecimal = (char: string): boolean => char >= "0" && char <= "9";

function trimmedEnd(text: string): number {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1] ?? "")) end--;
  return end;
}

/** Go's `%#U`: `U+0021 '!'`. */
function named(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  return isPrintable(code) ? `U+${hex} '${char}'` : `U+${hex}`;
}

/**
 * Cuts a template into tokens, on demand. Text outside `{{ }}` is one token; `{{- ` and ` -}}` trim it. After an error
 * there are only errors.
 */
export class Lexer {
  readonly #text: string;
  readonly #words: { readonly breakIsKeyword: boolean; readonly continueIsKeyword: boolean };
  #at = 0;
  #start = 0;
  #line = 1;
  #startLine = 1;
  #countedTo = 0;
  #insideAction = false;
  #depth = 0;
  #broken = false;

  constructor(text: string, words: { readonly breakIsKeyword: boolean; readonly continueIsKeyword: boolean }) {
    this.#text = text;
    this.#words = words;
  }

  /** The next token; at the end, `eof` again and again. */
  next(): Token {
    if (this.#broken) return this.#fail(this.#insideAction ? "unclosed action" : "unexpected EOF");
    return this.#insideAction ? this.#inside() : this.#outside();
  }

  #peek(offset = 0): string {
    const code = this.#text.codePointAt(this.#at + offset);
    return code === undefined ? "" : String.fromCodePoint(code);
  }

  #starts(prefix: string, offset = 0): boolean {
    return this.#text.startsWith(prefix, this.#at + offset);
  }

  /** What was passed since the last token is not part of the next one. */
  #skip(): void {
    this.#start = this.#at;
    for (let i = this.#countedTo; i < this.#at; i++) if (this.#text[i] === "\n") this.#line++;
    this.#countedTo = Math.max(this.#countedTo, this.#at);
    this.#startLine = this.#line;
  }

  #emit(kind: TokenKind): Token {
    const token = {
      kind,
      start: this.#start,
      end: this.#at,
      text: this.#text.slice(this.#start, this.#at),
      line: this.#startLine,
    };
    this.#skip();
    return token;
  }

  #fail(text: string): Token {
    this.#broken = true;
    return { kind: "error", start: this.#start, end: this.#at, text, line: this.#startLine };
  }

  #outside(): Token {
    for (;;) {
      const open = this.#text.indexOf("{{", this.#at);
      if (open < 0) {
        this.#at = this.#text.length;
        return this.#emit(this.#at > this.#start ? "text" : "eof");
      }
      const trims = this.#text[open + 2] === "-" && isSpace(this.#text[open + 3] ?? "");
      const end = trims ? this.#start + trimmedEnd(this.#text.slice(this.#start, open)) : open;
      if (end > this.#start) {
        this.#at = end;
        const token = this.#emit("text");
        this.#at = open;
        this.#skip();
        return token;
      }
      this.#at = open;
      this.#skip();
      const marker = trims ? 2 : 0;
      if (!this.#starts("/*", 2 + marker)) return this.#leftDelim(marker);
      const problem = this.#comment(2 + marker);
      if (problem) return problem;
    }
  }

  #leftDelim(marker: number): Token {
    this.#at += 2;
    const token = this.#emit("leftDelim");
    this.#at += marker;
    this.#skip();
    this.#insideAction = true;
    this.#depth = 0;
    return token;
  }

  #comment(opening: number): Token | undefined {
    this.#at += opening;
    this.#skip();
    const close = this.#text.indexOf("*/", this.#at + 2);
    if (close < 0) return this.#fail("unclosed comment");
    this.#at = close + 2;
    const delim = this.#rightDelimLength();
    if (delim === 0) return this.#fail("comment ends before closing delimiter");
    this.#at += delim;
    if (delim > 2) this.#passSpaces();
    this.#skip();
    return undefined;
  }

  #passSpaces(): void {
    while (isSpace(this.#text[this.#at] ?? "")) this.#at++;
  }

  /** 2 for `}}`, 4 for ` -}}`, 0 for neither. */
  #rightDelimLength(): number {
    if (isSpace(this.#text[this.#at] ?? "") && this.#starts("-}}", 1)) return 4;
    return this.#starts("}}") ? 2 : 0;
  }

  #inside(): Token {
    const delim = this.#rightDelimLength();
    if (delim > 0) return this.#depth === 0 ? this.#rightDelim(delim) : this.#fail("unclosed left paren");
    const char = this.#peek();
    if (char === "") return this.#fail("unclosed action");
    if (isSpace(char)) return this.#space();
    const after = char === "." ? this.#peek(1) : "";
    // Go takes a dot at the very end for the start of a number.
    if (char === "." && after !== "" && !isDecimal(after)) return this.#fieldOrVariable("field");
    if (char === "." || char === "+" || char === "-" || isDecimal(char)) return this.#number();
    if (isNameCharacter(char)) return this.#identifier();
    this.#at += char.length;
    switch (char) {
      case "=":
        return this.#emit("assign");
      case ":":
        if (this.#peek() !== "=") return this.#fail("expected :=");
        this.#at++;
        return this.#emit("declare");
      case "|":
        return this.#emit("pipe");
      case '"':
        return this.#quoted('"', "string", "unterminated quoted string");
      case "'":
        return this.#quoted("'", "character", "unterminated character constant");
      case "`":
        return this.#rawString();
      case "$":
        this.#at--;
        return this.#fieldOrVariable("variable");
      case "(":
        this.#depth++;
        return this.#emit("leftParen");
      case ")":
        this.#depth--;
        return this.#depth < 0 ? this.#fail("unexpected right paren") : this.#emit("rightParen");
      default:
        if (char < "\x80" && isPrintable(char.charCodeAt(0))) return this.#emit("char");
        return this.#fail(`unrecognized character in action: ${named(char)}`);
    }
  }

  #rightDelim(length: number): Token {
    this.#at += length - 2;
    this.#skip();
    this.#at += 2;
    const token = this.#emit("rightDelim");
    if (length > 2) this.#passSpaces();
    this.#skip();
    this.#insideAction = false;
    return token;
  }

  /** Spaces up to, but without, the one that belongs to ` -}}`. */
  #space(): Token {
    while (isSpace(this.#peek()) && this.#rightDelimLength() !== 4) this.#at++;
    return this.#emit("space");
  }

  #atTerminator(): boolean {
    const char = this.#peek();
    return char === "" || isSpace(char) || ".,|:()".includes(char) || this.#starts("}}");
  }

  #passName(): void {
    for (let char = this.#peek(); char !== "" && isNameCharacter(char); char = this.#peek()) this.#at += char.length;
  }

  #identifier(): Token {
    this.#passName();
    if (!this.#atTerminator()) return this.#fail(`bad character ${named(this.#peek())}`);
    const word = this.#text.slice(this.#start, this.#at);
    if (word === "break" && !this.#words.breakIsKeyword) return this.#emit("identifier");
    if (word === "continue" && !this.#words.continueIsKeyword) return this.#emit("identifier");
    if (isKeyword(word)) return this.#emit(word);
    return this.#emit(word === "true" || word === "false" ? "bool" : "identifier");
  }

  #fieldOrVariable(kind: "field" | "variable"): Token {
    this.#at++;
    if (this.#atTerminator()) return this.#emit(kind === "field" ? "." : "variable");
    this.#passName();
    return this.#atTerminator() ? this.#emit(kind) : this.#fail(`bad character ${named(this.#peek())}`);
  }

  #quoted(mark: string, kind: TokenKind, complaint: string): Token {
    for (;;) {
      let char = this.#peek();
      this.#at += char.length;
      if (char === mark) return this.#emit(kind);
      if (char === "\\") {
        char = this.#peek();
        this.#at += char.length;
      }
      if (char === "" || char === "\n") return this.#fail(complaint);
    }
  }

  #rawString(): Token {
    const close = this.#text.indexOf("`", this.#at);
    if (close < 0) {
      this.#at = this.#text.length;
      return this.#fail("unterminated raw quoted string");
    }
    this.#at = close + 1;
    return this.#emit("rawString");
  }

  #accept(valid: string): boolean {
    const char = this.#text[this.#at] ?? "";
    if (char === "" || !valid.includes(char)) return false;
    this.#at++;
    return true;
  }

  #acceptRun(valid: string): void {
    while (this.#accept(valid));
  }

  #number(): Token {
    if (!this.#scanNumber()) return this.#badNumber();
    const sign = this.#peek();
    if (sign !== "+" && sign !== "-") return this.#emit("number");
    return this.#scanNumber() && this.#text[this.#at - 1] === "i" ? this.#emit("complex") : this.#badNumber();
  }

  #badNumber(): Token {
    return this.#fail(`bad number syntax: ${goQuote(this.#text.slice(this.#start, this.#at))}`);
  }

  /** Anything that looks like a number; whether it is one the parser finds out. */
  #scanNumber(): boolean {
    const decimal = "0123456789_";
    let digits = decimal;
    this.#accept("+-");
    if (this.#accept("0")) {
      if (this.#accept("xX")) digits = "0123456789abcdefABCDEF_";
      else if (this.#accept("oO")) digits = "01234567_";
      else if (this.#accept("bB")) digits = "01_";
    }
    this.#acceptRun(digits);
    if (this.#accept(".")) this.#acceptRun(digits);
    const exponent = digits === decimal ? "eE" : digits.length > decimal.length ? "pP" : "";
    if (exponent !== "" && this.#accept(exponent)) {
      this.#accept("+-");
      this.#acceptRun(decimal);
    }
    this.#accept("i");
    const after = this.#peek();
    if (after === "" || !isNameCharacter(after)) return true;
    this.#at += after.length;
    return false;
  }
}
