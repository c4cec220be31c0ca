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

/** By token type: 1 for an opening bracket, -1 for a closing one. */
export const BRACKET_CHANGE: Readonly<Int8Array> = Int8Array.from({ length: 64 }, (_, type) =>
  OPENS.has(type as TokenType) ? 1 : CLOSES.has(type as TokenType) ? -1 : 0,
);

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

/** Answers by pair of token types, found out when first asked: 1 for no blank, 2 for one, 3 where more than the pair matters. */
const PAIRS = new Uint8Array(64 * 64);
const NO_BLANK = 1;
const BLANK = 2;
const DEPENDS = 3;

/**
 * Whether `packer fmt` puts a blank between the token at `index` and the next on its line. `before` is the type of the one before, 0 where
 * there is none.
 */
export function spaceBetween(
  tokens: TokenList,
  index: number,
  subject: number,
  after: number,
  before: number,
): boolean {
  const pair = (subject << 6) | after;
  let known = PAIRS[pair];
  if (known === 0) {
    known = ofPair(subject as TokenType, after as TokenType);
    PAIRS[pair] = known;
  }
  if (known !== DEPENDS) return known === BLANK;
  if (subject === T.minus) return before !== 0 && !BEFORE_SIGN.has(before as TokenType);
  // `in` may introduce a tuple: `[for x in [1, 2] : x]`.
  return before === T.ident && tokens.text(index) === "in";
}

function ofPair(subject: TokenType, after: TokenType): number {
  if (after === T.newline) return NO_BLANK;
  if (subject === T.ident && (after === T.oParen || after === T.doubleColon)) return NO_BLANK;
  if (subject === T.doubleColon && after === T.ident) return NO_BLANK;
  if (subject === T.dot || after === T.dot || BEFORE_COMMA.has(after)) return NO_BLANK;
  if (subject === T.comma) return BLANK;
  if (TEXT_START.has(subject) || TEXT_END.has(after)) return NO_BLANK;
  if (subject === T.templateSeqEnd && (after === T.templateInterp || after === T.templateControl)) return NO_BLANK;
  if (subject === T.ident && (after === T.oBrack || (CLOSES.has(after) && after !== T.cBrace))) return DEPENDS;
  if (after === T.oBrack && (subject === T.number || CLOSES.has(subject))) return NO_BLANK;
  if (subject === T.bang) return NO_BLANK;
  if (subject === T.minus) return DEPENDS;
  if (subject === T.oBrace || after === T.cBrace) return subject === T.oBrace && after === T.cBrace ? NO_BLANK : BLANK;
  return OPENS.has(subject) || CLOSES.has(after) ? NO_BLANK : BLANK;
}
