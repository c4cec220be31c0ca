import { T, type TokenList } from "./token.ts";

/** Deeper nesting is left to the parser, which knows how much is too much. */
const DEEPEST = 100;

/** By token type: 1 for an operator between two operands. */
const BETWEEN = new Uint8Array(64);
for (const type of [T.or, T.and, T.equalOp, T.notEqual, T.greater, T.greaterEqual, T.less, T.lessEqual])
  BETWEEN[type] = 1;
for (const type of [T.plus, T.minus, T.star, T.slash, T.percent]) BETWEEN[type] = 1;

/** Behind a backslash in a quoted string; longer escapes are left to the parser. */
const SIMPLE_ESCAPES = 'nrt"\\';

/**
 * Whether a file is of the common kind that the parser has nothing to say about: true only where it gives no diagnostics. What is rare, splats,
 * directives, odd numbers, is not looked into and answered with false. A fraction of the parser's work, since nothing is built.
 */
export function isPlain(tokens: TokenList): boolean {
  return new PlainCheck(tokens).body(T.eof, 0);
}

class PlainCheck {
  private readonly tokens: TokenList;
  private readonly types: Readonly<Uint8Array>;
  private readonly text: string;
  private at = 0;

  constructor(tokens: TokenList) {
    this.tokens = tokens;
    this.types = tokens.types;
    this.text = tokens.source.text;
  }

  /** Arguments and blocks up to the end of the file or a closing brace. */
  body(end: number, depth: number): boolean {
    if (depth > DEEPEST) return false;
    const names = new Set<string>();
    for (;;) {
      let type = this.next(true);
      if (type === end) {
        this.at++;
        return true;
      }
      if (type === T.newline) {
        this.at++;
        continue;
      }
      if (type !== T.ident) return false;
      const name = this.at++;
      type = this.next(true);
      if (type === T.equal) {
        this.at++;
        const count = names.size;
        if (names.add(this.tokens.text(name)).size === count || !this.expression(true, depth)) return false;
      } else if (!this.block(type, depth)) return false;
      type = this.next(true);
      if (type === T.newline) this.at++;
      else if (type !== T.eof) return false;
    }
  }

  /** Labels and what stands in braces; several lines, or none. */
  private block(first: number, depth: number): boolean {
    let type = first;
    while (type === T.ident || type === T.oQuote) {
      if (type === T.ident) this.at++;
      else if (!this.label()) return false;
      type = this.next(true);
    }
    if (type !== T.oBrace) return false;
    this.at++;
    type = this.next(true);
    return (type === T.newline || type === T.cBrace) && this.body(T.cBrace, depth + 1);
  }

  private label(): boolean {
    if (this.types[this.at + 1] !== T.quotedLit || this.types[this.at + 2] !== T.cQuote) return false;
    if (!this.hasSimpleEscapes(this.at + 1)) return false;
    this.at += 3;
    return true;
  }

  /** Type of the next token that counts, as the parser sees it; `at` is where it is. */
  private next(newlines: boolean): number {
    for (;;) {
      const type = this.types[this.at] as number;
      if (type === T.newline) {
        if (newlines) return type;
      } else if (type === T.comment) {
        if (newlines && this.text.charCodeAt(this.tokens.end(this.at) - 1) === 0x0a) return T.newline;
      } else return type;
      this.at++;
    }
  }

  private expression(newlines: boolean, depth: number): boolean {
    if (depth > DEEPEST) return false;
    for (;;) {
      let type = this.next(newlines);
      while (type === T.minus || type === T.bang) {
        this.at++;
        type = this.next(newlines);
      }
      if (!this.term(type, newlines, depth)) return false;
      type = this.next(newlines);
      if (type === T.question) {
        this.at++;
        if (!this.expression(newlines, depth + 1) || this.next(newlines) !== T.colon) return false;
      } else if (BETWEEN[type] !== 1) return true;
      this.at++;
    }
  }

  private term(type: number, newlines: boolean, depth: number): boolean {
    const start = this.at++;
    switch (type) {
      case T.ident:
        if (this.next(newlines) === T.oParen) {
          this.at++;
          if (!this.items(T.cParen, depth)) return false;
        }
        return this.steps(newlines, depth);
      case T.oQuote:
        return this.parts(T.quotedLit, T.cQuote, depth) && this.hasNoSteps(newlines);
      case T.oHeredoc:
        return this.parts(T.stringLit, T.cHeredoc, depth) && this.hasNoSteps(newlines);
      case T.number:
        return this.isPlainNumber(start) && this.hasNoSteps(newlines);
      case T.oBrack:
        return (this.keyword("for") ? this.forTuple(depth) : this.items(T.cBrack, depth)) && this.hasNoSteps(newlines);
      case T.oBrace:
        return (this.keyword("for") ? this.forObject(depth) : this.object(depth)) && this.hasNoSteps(newlines);
      case T.oParen:
        return this.expression(false, depth + 1) && this.token(T.cParen) && this.hasNoSteps(newlines);
      default:
        return false;
    }
  }

  /** Attributes and indexes behind a name or a call. */
  private steps(newlines: boolean, depth: number): boolean {
    for (let count = 0; count <= DEEPEST; count++) {
      const type = this.next(newlines);
      if (type === T.dot) {
        this.at++;
        if (this.next(newlines) !== T.ident) return false;
      } else if (type === T.oBrack) {
        this.at++;
        if (!this.expression(false, depth + 1) || this.next(false) !== T.cBrack) return false;
      } else return true;
      this.at++;
    }
    return false;
  }

  private hasNoSteps(newlines: boolean): boolean {
    const type = this.next(newlines);
    return type !== T.dot && type !== T.oBrack;
  }

  /** Goes over the next token if it is of this type; newlines do not count. */
  private token(type: number): boolean {
    if (this.next(false) !== type) return false;
    this.at++;
    return true;
  }

  /** Goes over a keyword if it is next; newlines do not count. */
  private keyword(word: string): boolean {
    const start = this.at;
    if (this.next(false) === T.ident && this.tokens.text(this.at++) === word) return true;
    this.at = start;
    return false;
  }

  private forTuple(depth: number): boolean {
    return this.forHead(depth) && this.expression(false, depth + 1) && this.forEnd(T.cBrack, depth);
  }

  private forObject(depth: number): boolean {
    if (!this.forHead(depth) || !this.expression(false, depth + 1) || !this.token(T.fatArrow)) return false;
    if (!this.expression(false, depth + 1)) return false;
    if (this.next(false) === T.ellipsis) this.at++;
    return this.forEnd(T.cBrace, depth);
  }

  /** From behind `for` up to the colon. */
  private forHead(depth: number): boolean {
    if (!this.token(T.ident)) return false;
    if (this.next(false) === T.comma) {
      this.at++;
      if (!this.token(T.ident)) return false;
    }
    return this.keyword("in") && this.expression(false, depth + 1) && this.token(T.colon);
  }

  private forEnd(close: number, depth: number): boolean {
    if (this.keyword("if") && !this.expression(false, depth + 1)) return false;
    return this.token(close);
  }

  /** Expressions with commas between them, in brackets. */
  private items(close: number, depth: number): boolean {
    for (;;) {
      if (this.next(false) === close) break;
      if (!this.expression(false, depth + 1)) return false;
      const type = this.next(false);
      if (type === close) break;
      if (type !== T.comma) return false;
      this.at++;
    }
    this.at++;
    return true;
  }

  private object(depth: number): boolean {
    for (;;) {
      let type = this.next(true);
      if (type === T.cBrace) break;
      if (type === T.newline) {
        this.at++;
        continue;
      }
      if (!this.expression(true, depth + 1)) return false;
      type = this.next(true);
      if (type !== T.equal && type !== T.colon) return false;
      this.at++;
      if (!this.expression(true, depth + 1)) return false;
      type = this.next(true);
      if (type === T.cBrace) break;
      if (type !== T.comma && type !== T.newline) return false;
      this.at++;
    }
    this.at++;
    return true;
  }

  /** Literal text and interpolations. */
  private parts(literal: number, close: number, depth: number): boolean {
    for (;;) {
      const type = this.types[this.at];
      if (type === literal) {
        if (close === T.cQuote && !this.hasSimpleEscapes(this.at)) return false;
      } else if (type === T.templateInterp) {
        this.at++;
        if (!this.expression(false, depth + 1) || this.next(false) !== T.templateSeqEnd) return false;
      } else if (type !== close) return false;
      this.at++;
      if (type === close) return true;
    }
  }

  private hasSimpleEscapes(token: number): boolean {
    const { text } = this;
    const end = this.tokens.end(token);
    for (let i = this.tokens.start(token); i < end; i++) {
      if (text.charCodeAt(i) !== 0x5c) continue;
      i++;
      if (i >= end || !SIMPLE_ESCAPES.includes(text.charAt(i))) return false;
    }
    return true;
  }

  /** Digits, perhaps with a fraction. */
  private isPlainNumber(token: number): boolean {
    const end = this.tokens.end(token);
    let points = 0;
    for (let i = this.tokens.start(token); i < end; i++) {
      const c = this.text.charCodeAt(i);
      if (c === 0x2e) points++;
      else if (c < 0x30 || c > 0x39) return false;
    }
    return points <= 1;
  }
}
