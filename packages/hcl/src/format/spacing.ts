import { T, type TokenList, type TokenType } from "../syntax/token.ts";

/** A set of token types that is asked for every token. */
class TypeSet {
  private readonly members = new Uint8Array(64);
  constructor(types: readonly TokenType[]) {
    for (const type of types) this.members[type] = 1;
  }
  has(type: TokenType): boolean {
    return this.members[type] === 1;
  }
}

const OPENS = new TypeSet([T.oBrace, T.oBrack, T.oParen, T.templateControl, T.templateInterp]);
const CLOSES = new TypeSet([T.cBrace, T.cBrack, T.cParen, T.templateSeqEnd]);

/** 1 for an opening bracket, -1 for a closing one. */
export function bracketChange(type: TokenType): number {
  return OPENS.has(type) ? 1 : CLOSES.has(type) ? -1 : 0;
}

const BEFORE_COMMA = new TypeSet([T.comma, T.ellipsis]);
const TEXT_START = new TypeSet([T.quotedLit, T.stringLit, T.oQuote, T.oHeredoc]);
const TEXT_END = new TypeSet([T.quotedLit, T.stringLit, T.cQuote, T.cHeredoc]);
/** Behind these a minus is a sign, not a subtraction. */
const BEFORE_SIGN = new TypeSet([
  T.oParen,
  T.oBrace,
  T.oBrack,
  T.equal,
  T.colon,
  T.comma,
  T.question,
  T.plus,
  T.star,
  T.slash,
  T.percent,
  T.minus,
  T.equalOp,
  T.notEqual,
  T.greater,
  T.greaterEqual,
  T.less,
  T.lessEqual,
  T.and,
  T.or,
  T.bang,
]);

/** Whether `packer fmt` puts a blank between this token and the next on its line. `before` is the type of the one before. */
export function spaceBetween(tokens: TokenList, index: number, before: TokenType | undefined): boolean {
  const subject = tokens.type(index);
  const after = tokens.type(index + 1);
  if (after === T.newline) return false;
  if (subject === T.ident && (after === T.oParen || after === T.doubleColon)) return false;
  if (subject === T.doubleColon && after === T.ident) return false;
  if (subject === T.dot || after === T.dot || BEFORE_COMMA.has(after)) return false;
  if (subject === T.comma) return true;
  if (TEXT_START.has(subject) || TEXT_END.has(after)) return false;
  if (subject === T.templateSeqEnd && (after === T.templateInterp || after === T.templateControl)) return false;
  // `in` may introduce a tuple: `[for x in [1, 2] : x]`.
  if (subject === T.ident && before === T.ident && tokens.text(index) === "in") return true;
  const indexable = subject === T.ident || subject === T.number || CLOSES.has(subject);
  if (after === T.oBrack && indexable) return false;
  if (subject === T.bang) return false;
  if (subject === T.minus) return before !== undefined && !BEFORE_SIGN.has(before);
  if (subject === T.oBrace || after === T.cBrace) return !(subject === T.oBrace && after === T.cBrace);
  return !OPENS.has(subject) && !CLOSES.has(after);
}
