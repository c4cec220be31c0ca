import { parseNumber } from "../values/big-float-parse.ts";
import { numberValue, UNKNOWN } from "../values/value.ts";
import type { Broken, Literal, Span } from "./ast.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** Stands where an expression could not be read, so that the tree is whole. */
export function placeholder(span: Span): Literal {
  return { kind: "literal", value: UNKNOWN, source: span.source, start: span.start, end: span.end };
}

/** Stands where an expression broke off, with what was found wrong since `mark`. */
export function broken(reader: TokenReader, mark: number, { source, start, end }: Span): Broken {
  return { kind: "broken", diagnostics: reader.diagnostics.slice(mark), source, start, end };
}

/** Whether parsing since `mark` has failed and lost its place. */
export function lost(reader: TokenReader, mark: number): boolean {
  return reader.recovering && reader.diagnostics.length > mark;
}

/** A number token as a value; not everything that looks like a number is one. */
export function numberLiteral(reader: TokenReader, token: Token): Literal {
  const { source, start, end } = token;
  const n = parseNumber(reader.textOf(token));
  if (n) return { kind: "literal", value: numberValue(n), source, start, end };
  const detail = "Failed to recognize the value of this number literal.";
  reader.error("hcl/invalid-number", "Invalid number literal", detail, token);
  return placeholder(token);
}
