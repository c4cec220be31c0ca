import type { SourceRange } from "@kiln/sdk";
import type { SourceText } from "./source-text.ts";

/** Kinds of tokens. Numbers, so that a file's tokens fit in typed arrays. */
export const T = {
  oBrace: 1,
  cBrace: 2,
  oBrack: 3,
  cBrack: 4,
  oParen: 5,
  cParen: 6,
  oQuote: 7,
  cQuote: 8,
  oHeredoc: 9,
  cHeredoc: 10,
  star: 11,
  slash: 12,
  plus: 13,
  minus: 14,
  percent: 15,
  equal: 16,
  equalOp: 17,
  notEqual: 18,
  less: 19,
  lessEqual: 20,
  greater: 21,
  greaterEqual: 22,
  and: 23,
  or: 24,
  bang: 25,
  dot: 26,
  comma: 27,
  doubleColon: 28,
  ellipsis: 29,
  fatArrow: 30,
  question: 31,
  colon: 32,
  templateInterp: 33,
  templateControl: 34,
  templateSeqEnd: 35,
  quotedLit: 36,
  stringLit: 37,
  number: 38,
  ident: 39,
  comment: 40,
  newline: 41,
  eof: 42,
  bitwiseAnd: 43,
  bitwiseOr: 44,
  bitwiseNot: 45,
  bitwiseXor: 46,
  apostrophe: 48,
  backtick: 49,
  semicolon: 50,
  invalid: 51,
  badUtf8: 52,
  quotedNewline: 53,
} as const;

export type TokenType = (typeof T)[keyof typeof T];

/** All tokens of a source, end marker included; offsets are in UTF-16 units. Only blanks lie between them. */
export class TokenList {
  readonly source: SourceText;
  private typeArray: Uint8Array<ArrayBuffer>;
  private startArray: Int32Array<ArrayBuffer>;
  private endArray: Int32Array<ArrayBuffer>;
  length = 0;

  constructor(source: SourceText) {
    this.source = source;
    const room = 16 + (source.text.length >> 2);
    this.typeArray = new Uint8Array(room);
    this.startArray = new Int32Array(room);
    this.endArray = new Int32Array(room);
  }

  push(type: TokenType, start: number, end: number): void {
    const n = this.length++;
    if (n >= this.typeArray.length) this.grow();
    this.typeArray[n] = type;
    this.startArray[n] = start;
    this.endArray[n] = end;
  }

  private grow(): void {
    const room = this.typeArray.length * 2;
    const types = new Uint8Array(room);
    types.set(this.typeArray);
    this.typeArray = types;
    const starts = new Int32Array(room);
    starts.set(this.startArray);
    this.startArray = starts;
    const ends = new Int32Array(room);
    ends.set(this.endArray);
    this.endArray = ends;
  }

  /** Called once after the last token: columns are counted per token from here on. */
  seal(): void {
    this.source.boundaries = this.startArray.subarray(0, this.length);
  }

  /** Kinds by index, for loops over all tokens. May be longer than the list. */
  get types(): Readonly<Uint8Array> {
    return this.typeArray;
  }

  get starts(): Readonly<Int32Array> {
    return this.startArray;
  }

  get ends(): Readonly<Int32Array> {
    return this.endArray;
  }

  type(i: number): TokenType {
    return this.typeArray[i] as TokenType;
  }

  start(i: number): number {
    return this.startArray[i] as number;
  }

  end(i: number): number {
    return this.endArray[i] as number;
  }

  text(i: number): string {
    return this.source.text.slice(this.startArray[i], this.endArray[i]);
  }

  range(i: number): SourceRange {
    return this.source.range(this.start(i), this.end(i));
  }
}
