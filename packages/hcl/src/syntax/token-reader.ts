import { type Diagnostic, problem } from "@kiln/sdk";
import type { Expression, Span } from "./ast.ts";
import type { SourceText } from "./source-text.ts";
import { T, type TokenList, type TokenType } from "./token.ts";
import { reportUnusable } from "./unusable-tokens.ts";

/** A token as the parser sees it. */
export interface Token extends Span {
  readonly type: TokenType;
}

const CLOSER_OF = new Map<TokenType, TokenType>([
  [T.oBrace, T.cBrace],
  [T.oBrack, T.cBrack],
  [T.oParen, T.cParen],
  [T.oQuote, T.cQuote],
  [T.oHeredoc, T.cHeredoc],
  [T.templateInterp, T.templateSeqEnd],
  [T.templateControl, T.templateSeqEnd],
]);
const OPENER_OF = new Map<TokenType, TokenType>([
  [T.cBrace, T.oBrace],
  [T.cBrack, T.oBrack],
  [T.cParen, T.oParen],
  [T.cQuote, T.oQuote],
  [T.cHeredoc, T.oHeredoc],
  [T.templateSeqEnd, T.templateInterp],
]);

export const closerOf = (opener: TokenType): TokenType => CLOSER_OF.get(opener) ?? T.eof;

/** How deep expressions, templates and blocks may nest. Deeper ones are refused instead of exhausting the stack. */
const MAX_DEPTH = 500;

/**
 * Reads tokens one after another: skips comments, and newlines where they mean nothing. Keeps what was found wrong, and
 * whether the parser has lost its place once (`recovering`), after which follow-up complaints are held back.
 */
export class TokenReader {
  readonly source: SourceText;
  readonly diagnostics: Diagnostic[] = [];
  recovering = false;
  depth = 0;
  readonly tokens: TokenList;
  private next = 0;
  /** What `seek` found, until something is read or newlines count differently. */
  private found = -1;
  private readonly newlines: boolean[] = [true];
  private includeNewlines = true;
  private tooDeep = false;

  /** The rules of the grammar reach back to the whole expression through the reader. */
  private readonly rule: (reader: TokenReader) => Expression;

  constructor(tokens: TokenList, rule: (reader: TokenReader) => Expression) {
    this.source = tokens.source;
    this.rule = rule;
    this.tokens = tokens;
    reportUnusable(tokens, this.diagnostics);
  }

  /** Whether newlines are tokens from here on; `popNewlines` goes back to what was before. */
  pushNewlines(include: boolean): void {
    this.newlines.push(include);
    if (include !== this.includeNewlines) this.found = -1;
    this.includeNewlines = include;
  }

  popNewlines(): void {
    const include = this.newlines[this.newlines.length - 2] ?? true;
    this.newlines.pop();
    if (include !== this.includeNewlines) this.found = -1;
    this.includeNewlines = include;
  }

  /** Index of the next token that counts. */
  private seek(): number {
    if (this.found < 0) this.found = this.seekFrom(this.next);
    return this.found;
  }

  private seekFrom(next: number): number {
    const { types, ends, length } = this.tokens;
    if (next >= length) return length - 1;
    for (let i = next; ; i++) {
      const type = types[i];
      if (type === T.newline) {
        if (this.includeNewlines) return i;
      } else if (type === T.comment) {
        // A line comment takes its newline along, and that newline still ends the line.
        if (this.includeNewlines && this.source.text[(ends[i] as number) - 1] === "\n") return i;
      } else return i;
    }
  }

  private tokenAt(i: number): Token {
    const type = this.tokens.type(i);
    return {
      type: type === T.comment ? T.newline : type,
      source: this.source,
      start: this.tokens.start(i),
      end: this.tokens.end(i),
    };
  }

  /** Type of the next token. */
  peekType(): TokenType {
    const type = this.tokens.type(this.seek());
    return type === T.comment ? T.newline : type;
  }

  peek(): Token {
    return this.tokenAt(this.seek());
  }

  /** The next token, which is then behind. The end marker stays ahead for ever. */
  read(): Token {
    const i = this.seek();
    this.next = i + 1;
    this.found = -1;
    return this.tokenAt(i);
  }

  /** The token before the next one, of any kind; at the very start, the first that counts. */
  previous(): Token {
    return this.next === 0 ? this.peek() : this.tokenAt(this.next - 1);
  }

  /** Reads one expression, of any kind. */
  expression(): Expression {
    return this.rule(this);
  }

  textOf(token: Span): string {
    return this.source.text.slice(token.start, token.end);
  }

  isKeyword(word: string): boolean {
    const i = this.seek();
    return this.tokens.type(i) === T.ident && this.tokens.text(i) === word;
  }

  error(code: `hcl/${string}`, summary: string, detail: string, subject: Span, context?: Span): void {
    this.diagnostics.push(
      problem(code, summary, {
        detail,
        subject: this.source.range(subject.start, subject.end),
        context: context && this.source.range(context.start, context.end),
      }),
    );
  }

  /** Goes one level of nesting deeper; false, and an error once, when that is one too many. `leave` goes back. */
  enter(): boolean {
    if (this.depth < MAX_DEPTH) {
      this.depth++;
      return true;
    }
    if (!this.tooDeep) {
      this.tooDeep = true;
      const detail = `Expressions and blocks may be nested at most ${MAX_DEPTH} levels deep.`;
      this.error("hcl/nesting-too-deep", "Nesting too deep", detail, this.peek());
    }
    this.recovering = true;
    return false;
  }

  leave(): void {
    this.depth--;
  }

  /** Runs one more level of nesting; undefined when it is one too many. */
  nested<R>(run: () => R): R | undefined {
    if (!this.enter()) return undefined;
    const result = run();
    this.leave();
    return result;
  }

  /** Reads a quoted string of nothing but text, if that is what comes next: opening mark, text, closing mark. */
  plainString(): readonly [open: Token, text: Token | undefined, close: Token] | undefined {
    const { tokens } = this;
    const at = this.seek();
    if (tokens.type(at) !== T.oQuote) return undefined;
    const text = tokens.type(at + 1) === T.quotedLit;
    const close = text ? at + 2 : at + 1;
    if (tokens.type(close) !== T.cQuote) return undefined;
    this.next = close + 1;
    this.found = -1;
    return [this.tokenAt(at), text ? this.tokenAt(at + 1) : undefined, this.tokenAt(close)];
  }

  /** Skips to behind the closing token that matches where we are, or to the end of the file. */
  recover(end: TokenType): Token {
    const start = OPENER_OF.get(end);
    this.recovering = true;
    let nest = 0;
    for (;;) {
      let type = this.peekType();
      if (end === T.templateSeqEnd && type === T.templateControl) type = T.templateInterp;
      if (type === start) nest++;
      else if (type === end) {
        if (nest < 1) return this.read();
        nest--;
      } else if (type === T.eof) return this.read();
      this.read();
    }
  }

  /** Skips to behind what the next `start` token opens. */
  recoverOver(start: TokenType): Token {
    this.recovering = true;
    for (let type = this.peekType(); type !== start && type !== T.eof; type = this.peekType()) this.read();
    if (this.peekType() === start) this.read();
    return this.recover(closerOf(start));
  }

  /** Skips to behind the newline that ends the broken attribute or block, brackets and all. */
  recoverAfterItem(): void {
    this.recovering = true;
    const open: TokenType[] = [];
    for (;;) {
      const { type } = this.read();
      if (type === T.eof || (type === T.newline && open.length === 0)) return;
      if (CLOSER_OF.has(type)) open.push(type === T.templateControl ? T.templateInterp : type);
      const opener = OPENER_OF.get(type);
      if (opener === undefined) continue;
      const at = open.lastIndexOf(opener);
      open.length = Math.max(at, 0);
    }
  }
}
