import { isDamage, type SourceText } from "./source-text.ts";
import { T, TokenList, type TokenType } from "./token.ts";

const IDENT_START = /[\p{ID_Start}_]/u;
const IDENT = /[\p{ID_Start}_][\p{ID_Continue}-]*/uy;
const ASCII_IDENT = /[A-Za-z_][A-Za-z0-9_-]*/y;
const NUMBER = /\d(?:\d|\.|[eE][+-]?\d)*/y;
const HEREDOC = /<<-?((?:[\p{ID_Start}_])[\p{ID_Continue}-]*)\r?\n/uy;
const NEWLINES = /[\r\n]+/y;
const BLANKS = /[ \t]+/y;
/** Literal text that ends nothing, by the kind of template. */
const PLAIN_QUOTED = /[^$%"\\\r\n\ud800-\udfff]+/y;
const PLAIN = /[^$%\r\n\ud800-\udfff]+/y;

/** By character code, 0 where no token is that character alone. */
const SINGLE = new Uint8Array(128);
for (const [character, type] of [
  ["{", T.oBrace],
  ["[", T.oBrack],
  ["]", T.cBrack],
  ["(", T.oParen],
  [")", T.cParen],
  ["*", T.star],
  ["/", T.slash],
  ["+", T.plus],
  ["-", T.minus],
  ["%", T.percent],
  ["=", T.equal],
  ["<", T.less],
  [">", T.greater],
  ["!", T.bang],
  [".", T.dot],
  [",", T.comma],
  ["?", T.question],
  [":", T.colon],
  ["&", T.bitwiseAnd],
  ["|", T.bitwiseOr],
  ["~", T.bitwiseNot],
  ["^", T.bitwiseXor],
  ["'", T.apostrophe],
  ["`", T.backtick],
  [";", T.semicolon],
] as const) {
  SINGLE[character.charCodeAt(0)] = type;
}

const DOUBLE = new Map<string, TokenType>([
  ["==", T.equalOp],
  ["!=", T.notEqual],
  ["<=", T.lessEqual],
  [">=", T.greaterEqual],
  ["&&", T.and],
  ["||", T.or],
  ["=>", T.fatArrow],
  ["::", T.doubleColon],
]);

/** What the scanner is inside of: each template holds literal text and, nested in it, code. */
interface Template {
  readonly kind: "quoted" | "heredoc" | "bare";
  /** The end marker of a heredoc. */
  readonly marker: string;
  /** In a heredoc: everything since the line began was literal, so the line may be the end marker. */
  lineStart: boolean;
}

/** Splits a source into tokens; `template` starts inside a bare template, as a template file does. Never fails. */
export function scan(source: SourceText, mode: "normal" | "template"): TokenList {
  return new Scanner(source).run(mode);
}

class Scanner {
  private readonly text: string;
  private readonly tokens: TokenList;
  private at = 0;
  private braces = 0;
  /** Templates that are open, and for each one that is in code, the brace depth that ends the code. */
  private readonly templates: Template[] = [];
  private readonly codeDepths: number[] = [];
  private inCode: boolean;

  constructor(source: SourceText) {
    this.text = source.text;
    this.tokens = new TokenList(source);
    this.inCode = true;
  }

  run(mode: "normal" | "template"): TokenList {
    if (mode === "template") this.open({ kind: "bare", marker: "", lineStart: false });
    while (this.at < this.text.length) {
      if (this.inCode) this.code();
      else this.template(this.templates.at(-1) as Template);
    }
    this.tokens.push(T.eof, this.text.length, this.text.length);
    this.tokens.seal();
    return this.tokens;
  }

  private open(template: Template): void {
    this.templates.push(template);
    this.inCode = false;
  }

  private emit(type: TokenType, length: number): void {
    this.tokens.push(type, this.at, this.at + length);
    this.at += length;
  }

  /** The length of a sticky expression's match here, or 0. */
  private match(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    return pattern.test(this.text) ? pattern.lastIndex - this.at : 0;
  }

  private code(): void {
    const c = this.text.charCodeAt(this.at);
    if (c === 0x20 || c === 0x09) {
      this.at += this.match(BLANKS);
      return;
    }
    if ((c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f) return this.identifier();
    if (c >= 0x30 && c <= 0x39) return this.number();
    if (c === 0x0a) return this.emit(T.newline, 1);
    if (c === 0x0d && this.text.charCodeAt(this.at + 1) === 0x0a) return this.emit(T.newline, 2);
    if (c === 0x22) {
      this.emit(T.oQuote, 1);
      return this.open({ kind: "quoted", marker: "", lineStart: false });
    }
    if (c === 0x23 || c === 0x2f) {
      const length = this.comment();
      if (length > 0) return this.emit(T.comment, length);
    }
    if (c === 0x7d || (c === 0x7e && this.text.charCodeAt(this.at + 1) === 0x7d)) return this.closeBrace();
    if (c === 0x3c && this.heredoc()) return;
    this.symbol(c);
  }

  private identifier(): void {
    const length = this.match(ASCII_IDENT);
    const next = this.text.charCodeAt(this.at + length);
    this.emit(T.ident, next < 0x80 || Number.isNaN(next) ? length : this.match(IDENT));
  }

  private number(): void {
    let length = this.match(NUMBER);
    while (this.text[this.at + length - 1] === ".") length--;
    this.emit(T.number, length);
  }

  private comment(): number {
    const { text, at } = this;
    const second = text[at + 1];
    if (text[at] === "/" && second === "*") {
      const end = text.indexOf("*/", at + 2);
      return end < 0 ? 0 : end + 2 - at;
    }
    if (text[at] === "/" && second !== "/") return 0;
    const end = text.indexOf("\n", at);
    return (end < 0 ? text.length : end + 1) - at;
  }

  private closeBrace(): void {
    const trim = this.text[this.at] === "~";
    if (this.codeDepths.length > 0 && this.codeDepths.at(-1) === this.braces) {
      this.codeDepths.pop();
      this.braces--;
      this.emit(T.templateSeqEnd, trim ? 2 : 1);
      this.inCode = false;
      return;
    }
    this.braces--;
    this.emit(trim ? T.templateSeqEnd : T.cBrace, trim ? 2 : 1);
  }

  private heredoc(): boolean {
    HEREDOC.lastIndex = this.at;
    const match = HEREDOC.exec(this.text);
    if (!match) return false;
    this.emit(T.oHeredoc, match[0].length);
    this.open({ kind: "heredoc", marker: match[1] ?? "", lineStart: true });
    return true;
  }

  private symbol(c: number): void {
    const { text, at } = this;
    if (c === 0x2e && text.startsWith("...", at)) return this.emit(T.ellipsis, 3);
    const next = text.charCodeAt(at + 1);
    // Every token of two characters ends in one of these.
    if (next === 0x3d || next === 0x26 || next === 0x7c || next === 0x3e || next === 0x3a) {
      const double = DOUBLE.get(text.slice(at, at + 2));
      if (double !== undefined) return this.emit(double, 2);
    }
    const single = c < 128 ? (SINGLE[c] as number) : 0;
    if (single !== 0) {
      if (single === T.oBrace) this.braces++;
      return this.emit(single as TokenType, 1);
    }
    const character = String.fromCodePoint(text.codePointAt(at) ?? 0);
    if (character.length === 1 && isDamage(c)) return this.emit(T.badUtf8, 1);
    if (c > 0x7f && IDENT_START.test(character)) return this.emit(T.ident, this.match(IDENT));
    this.emit(T.invalid, character.length);
  }

  /** One token of literal text, or the start of a sequence, or the end of the template. */
  private template(template: Template): void {
    const { text } = this;
    const quoted = template.kind === "quoted";
    const literal = quoted ? T.quotedLit : T.stringLit;
    const start = this.at;
    let i = start + this.match(quoted ? PLAIN_QUOTED : PLAIN);
    let sign = -1;
    for (; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 0x24 || c === 0x25) {
        if (text.charCodeAt(i + 1) === c && text.charCodeAt(i + 2) === 0x7b) i += 2;
        else if (text.charCodeAt(i + 1) === 0x7b) break;
        else sign = i;
      } else if (quoted) {
        if (c === 0x22 || c === 0x0a || c === 0x0d) break;
        if (c === 0x5c) {
          if (i + 1 >= text.length || text[i + 1] === "\n" || text[i + 1] === "\r") break;
          if (!isDamage(text.charCodeAt(i + 1))) i++;
          else if (text.charCodeAt(i + 1) < 0xdc00) i += 2;
        }
      } else if (c === 0x0a) {
        return this.templateLine(template, i + 1);
      } else if (c === 0x0d && template.kind === "heredoc" && text.charCodeAt(i + 1) !== 0x0a) break;
      if (c >= 0xd800 && c < 0xe000) {
        if (c < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) i++;
        else break;
      }
    }
    if (i > start) {
      template.lineStart = false;
      // A sign that could have begun a sequence, had the file gone on.
      const cutOff = i >= text.length && template.kind !== "bare" && sign === i - 1;
      if (!cutOff) return this.emit(literal, i - start);
      if (i - 1 > start) this.emit(literal, i - 1 - start);
      return this.emit(T.invalid, 1);
    }
    const c = text.charCodeAt(i);
    if (c === 0x24 || c === 0x25) return this.sequence(template, c === 0x24 ? T.templateInterp : T.templateControl);
    if (c === 0x22 && quoted) {
      this.emit(T.cQuote, 1);
      return this.close();
    }
    if (isDamage(c)) {
      template.lineStart = false;
      return this.emit(T.badUtf8, 1);
    }
    // A carriage return that ends no line is lost on HCL's scanner, which gives up on the rest of the file.
    if (c === 0x0d && !quoted) return this.emit(T.invalid, text.length - start);
    // A backslash before nothing or before a line break escapes nothing.
    if (c === 0x5c) return this.emit(T.invalid, 1);
    // Empty lines count as part of the one mistake.
    this.emit(T.quotedNewline, this.match(NEWLINES));
  }

  private sequence(template: Template, type: TokenType): void {
    template.lineStart = false;
    this.emit(type, this.text[this.at + 2] === "~" ? 3 : 2);
    this.braces++;
    this.codeDepths.push(this.braces);
    this.inCode = true;
  }

  /** The rest of a line: trim markers reach no further than a line, so each is a token of its own. */
  private templateLine(template: Template, end: number): void {
    const line = this.text.slice(this.at, end);
    if (template.kind === "heredoc" && template.lineStart && line.trim() === template.marker) {
      const newline = line.endsWith("\r\n") ? 2 : 1;
      this.emit(T.cHeredoc, line.length - newline);
      this.emit(T.newline, newline);
      return this.close();
    }
    template.lineStart = true;
    this.emit(T.stringLit, line.length);
  }

  /** Back to what the template was in: code, always. */
  private close(): void {
    this.templates.pop();
    this.inCode = true;
  }
}
