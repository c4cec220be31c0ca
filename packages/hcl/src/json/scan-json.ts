import type { Span } from "../syntax/ast.ts";
import type { SourceText } from "../syntax/source-text.ts";

export type JsonTokenType =
  | "{"
  | "}"
  | "["
  | "]"
  | ","
  | ":"
  | "="
  | "string"
  | "number"
  | "keyword"
  | "invalid"
  | "end";

export interface JsonToken extends Span {
  readonly type: JsonTokenType;
}

const PUNCTUATION = "{}[],:=";
const NUMBER = /[-+.0-9][-+.0-9eE]*/y;
const KEYWORD = /[A-Za-z][A-Za-z_]*/y;
const BLANK = /[ \t\r\n]+/y;

/** Reads JSON tokens one at a time, without judging strings and numbers. */
export class JsonScanner {
  private readonly source: SourceText;
  private at = 0;
  /** After something that is no token nothing more is read. */
  private broken = false;
  private ahead: JsonToken | undefined;

  constructor(source: SourceText) {
    this.source = source;
  }

  peek(): JsonToken {
    this.ahead ??= this.scan();
    return this.ahead;
  }

  read(): JsonToken {
    const token = this.peek();
    this.ahead = undefined;
    return token;
  }

  private match(pattern: RegExp): number {
    pattern.lastIndex = this.at;
    return pattern.test(this.source.text) ? pattern.lastIndex : this.at;
  }

  private token(type: JsonTokenType, end: number): JsonToken {
    const token = { type, source: this.source, start: this.at, end };
    this.at = end;
    return token;
  }

  private scan(): JsonToken {
    if (!this.broken) this.at = this.match(BLANK);
    const { text } = this.source;
    const c = text[this.at];
    if (c === undefined || this.broken) return this.token("end", this.at);
    if (PUNCTUATION.includes(c)) return this.token(c as JsonTokenType, this.at + 1);
    if (c === '"') return this.token("string", this.stringEnd());
    const number = this.match(NUMBER);
    if (number > this.at) return this.token("number", number);
    const keyword = this.match(KEYWORD);
    if (keyword > this.at) return this.token("keyword", keyword);
    this.broken = true;
    return this.token("invalid", this.at + 1);
  }

  /** Behind the closing quote, or where a control character or the end cuts the string short. */
  private stringEnd(): number {
    const { text } = this.source;
    for (let i = this.at + 1; i < text.length; i++) {
      const c = text.charCodeAt(i);
      if (c === 0x22) return i + 1;
      if (c < 0x20) return i;
      if (c === 0x5c && text.charCodeAt(i + 1) >= 0x20) i++;
    }
    return text.length;
  }
}
