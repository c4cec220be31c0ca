/** The smallest parts of a template. The names are Go's, for its messages tell them apart. */
export type TokenKind =
  | "error"
  | "eof"
  | "text"
  | "leftDelim"
  | "rightDelim"
  | "space"
  | "char"
  | "bool"
  | "string"
  | "rawString"
  | "character"
  | "number"
  | "complex"
  | "identifier"
  | "field"
  | "variable"
  | "assign"
  | "declare"
  | "pipe"
  | "leftParen"
  | "rightParen"
  | Keyword;

export type Keyword =
  | "."
  | "block"
  | "break"
  | "continue"
  | "define"
  | "else"
  | "end"
  | "if"
  | "nil"
  | "range"
  | "template"
  | "with";

const keywords: ReadonlySet<string> = new Set<Keyword>([
  ".",
  "block",
  "break",
  "continue",
  "define",
  "else",
  "end",
  "if",
  "nil",
  "range",
  "template",
  "with",
]);

export function isKeyword(word: string): word is Keyword {
  return keywords.has(word);
}

export interface Token {
  readonly kind: TokenKind;
  /** UTF-16 offset of the first character. */
  readonly start: number;
  readonly end: number;
  /** The text itself; of an error, what is wrong. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
}
