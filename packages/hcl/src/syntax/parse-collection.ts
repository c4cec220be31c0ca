import { between, type Expression, type ObjectItem } from "./ast.ts";
import { parseFor } from "./parse-for.ts";
import { lost } from "./partial.ts";
import { T } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** `[…]`: a tuple or a `for` expression. */
export function parseTuple(reader: TokenReader): Expression {
  const open = reader.read();
  reader.pushNewlines(false);
  if (reader.isKeyword("for")) {
    const result = parseFor(reader, open);
    reader.popNewlines();
    return result;
  }
  const items: Expression[] = [];
  const close = tupleItems(reader, open, items);
  reader.popNewlines();
  return { kind: "tuple", items, open, ...between(open, close) };
}

function tupleItems(reader: TokenReader, open: Token, items: Expression[]): Token {
  for (;;) {
    if (reader.peekType() === T.cBrack) return reader.read();
    const mark = reader.diagnostics.length;
    items.push(reader.expression());
    if (lost(reader, mark)) return reader.recover(T.cBrack);
    const next = reader.peek();
    if (next.type === T.cBrack) return reader.read();
    if (next.type !== T.comma) {
      if (!reader.recovering) {
        if (next.type === T.eof) {
          const detail =
            "There is no corresponding closing bracket before the end of the file. This may be caused by incorrect bracket nesting elsewhere in this file.";
          reader.error("hcl/unterminated-tuple", "Unterminated tuple constructor expression", detail, open);
        } else {
          const detail = "Expected a comma to mark the beginning of the next item.";
          reader.error("hcl/missing-separator", "Missing item separator", detail, next, between(open, next));
        }
      }
      return reader.recover(T.cBrack);
    }
    reader.read();
  }
}

/** `{…}`: an object or a `for` expression. */
export function parseObject(reader: TokenReader): Expression {
  const open = reader.read();
  // A for expression may start on a later line; newlines separate only the items of an object.
  reader.pushNewlines(false);
  const isFor = reader.isKeyword("for");
  if (isFor) {
    const result = parseFor(reader, open);
    reader.popNewlines();
    return result;
  }
  reader.popNewlines();
  reader.pushNewlines(true);
  const items: ObjectItem[] = [];
  const close = objectItems(reader, open, items);
  reader.popNewlines();
  return { kind: "object", items, open, ...between(open, close) };
}

function unterminatedObject(reader: TokenReader, open: Token): void {
  const detail =
    "There is no corresponding closing brace before the end of the file. This may be caused by incorrect brace nesting elsewhere in this file.";
  reader.error("hcl/unterminated-object", "Unterminated object constructor expression", detail, open);
}

function objectItems(reader: TokenReader, open: Token, items: ObjectItem[]): Token {
  for (;;) {
    const start = reader.peek();
    if (start.type === T.newline) {
      reader.read();
      continue;
    }
    if (start.type === T.cBrace) return reader.read();
    const mark = reader.diagnostics.length;
    const expression = reader.expression();
    if (lost(reader, mark)) return reader.recover(T.cBrace);
    const next = reader.peek();
    if (next.type !== T.equal && next.type !== T.colon) {
      if (!reader.recovering) missingValue(reader, open, next);
      return reader.recover(T.cBrace);
    }
    reader.read();
    const value = reader.expression();
    if (lost(reader, mark)) return reader.recover(T.cBrace);
    const { source, start: from, end: to } = expression;
    const forceExpression = start.type === T.oParen;
    items.push({ key: { kind: "key", expression, forceExpression, source, start: from, end: to }, value });
    const after = reader.peek();
    if (after.type === T.cBrace) return reader.read();
    if (after.type !== T.comma && after.type !== T.newline) {
      if (!reader.recovering) {
        if (after.type === T.eof) unterminatedObject(reader, open);
        else {
          const detail = "Expected a newline or comma to mark the beginning of the next attribute.";
          reader.error("hcl/missing-separator", "Missing attribute separator", detail, after, between(open, after));
        }
      }
      return reader.recover(T.cBrace);
    }
    reader.read();
  }
}

function missingValue(reader: TokenReader, open: Token, next: Token): void {
  const context = between(open, next);
  switch (next.type) {
    case T.newline:
    case T.comma: {
      const detail = 'Expected an attribute value, introduced by an equals sign ("=").';
      return reader.error("hcl/missing-value", "Missing attribute value", detail, next, context);
    }
    case T.eof:
      return unterminatedObject(reader, open);
    default: {
      const hint =
        next.type === T.ident
          ? " If you intended to given an attribute name containing periods or spaces, write the name in quotes to create a string literal."
          : "";
      const detail = `Expected an equals sign ("=") to mark the beginning of the attribute value.${hint}`;
      return reader.error("hcl/missing-separator", "Missing key/value separator", detail, next, context);
    }
  }
}
