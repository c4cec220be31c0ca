import { boolValue, NULL } from "../values/value.ts";
import type { BinaryOperator, Expression, ObjectItem, Span } from "./ast.ts";
import { between } from "./ast.ts";
import { parseFor } from "./parse-for.ts";
import { parseSteps } from "./parse-steps.ts";
import { parseQuotedTemplate } from "./parse-template.ts";
import { lost, numberLiteral, placeholder } from "./partial.ts";
import { T, type TokenType } from "./token.ts";
import type { Token, TokenReader } from "./token-reader.ts";

/** Any expression: a conditional, or what is tighter. */
export function parseExpression(reader: TokenReader): Expression {
  if (!reader.enter()) return placeholder(reader.peek());
  const expression = conditional(reader);
  reader.leave();
  return expression;
}

function conditional(reader: TokenReader): Expression {
  const mark = reader.diagnostics.length;
  const condition = binary(reader, 0);
  if (lost(reader, mark) || reader.peekType() !== T.question) return condition;
  reader.read();
  const then = parseExpression(reader);
  if (lost(reader, mark)) return condition;
  const colon = reader.peek();
  if (colon.type !== T.colon) {
    const detail = "The conditional operator (...?...:...) requires a false expression, delimited by a colon.";
    const summary = "Missing false expression in conditional";
    reader.error("hcl/missing-false-expression", summary, detail, colon, between(condition, colon));
    return condition;
  }
  reader.read();
  const otherwise = parseExpression(reader);
  if (lost(reader, mark)) return condition;
  return { kind: "conditional", condition, then, otherwise, ...between(condition, otherwise) };
}

const OPERATORS = new Map<TokenType, readonly [operator: BinaryOperator, level: number]>([
  [T.or, ["||", 0]],
  [T.and, ["&&", 1]],
  [T.equalOp, ["==", 2]],
  [T.notEqual, ["!=", 2]],
  [T.greater, [">", 3]],
  [T.greaterEqual, [">=", 3]],
  [T.less, ["<", 3]],
  [T.lessEqual, ["<=", 3]],
  [T.plus, ["+", 4]],
  [T.minus, ["-", 4]],
  [T.star, ["*", 5]],
  [T.slash, ["/", 5]],
  [T.percent, ["%", 5]],
]);

/** Operators of this level and tighter ones, all left-associative. */
function binary(reader: TokenReader, level: number): Expression {
  let left = withSteps(reader);
  for (;;) {
    const found = OPERATORS.get(reader.peekType());
    if (!found || found[1] < level) return left;
    if (reader.recovering) return left;
    reader.read();
    const mark = reader.diagnostics.length;
    const right = binary(reader, found[1] + 1);
    if (lost(reader, mark)) return left;
    left = { kind: "binary", operator: found[0], left, right, ...between(left, right) };
  }
}

/** A term and all attributes, indexes and splats after it. */
function withSteps(reader: TokenReader): Expression {
  return parseSteps(reader, term(reader));
}

function term(reader: TokenReader): Expression {
  const start = reader.peek();
  switch (start.type) {
    case T.oParen:
      return parentheses(reader);
    case T.number:
      return numberLiteral(reader, reader.read());
    case T.ident:
      return name(reader);
    case T.oQuote:
    case T.oHeredoc:
      return parseQuotedTemplate(reader);
    case T.minus:
    case T.bang: {
      const symbol = reader.read();
      const operand = reader.nested(() => withSteps(reader)) ?? placeholder(symbol);
      return { kind: "unary", operator: start.type === T.minus ? "-" : "!", operand, ...between(symbol, operand) };
    }
    case T.oBrack:
      return tuple(reader);
    case T.oBrace:
      return object(reader);
    default:
      return missing(reader, start);
  }
}

function missing(reader: TokenReader, start: Token): Expression {
  if (!reader.recovering) {
    if (start.type === T.eof) {
      const detail = "Expected the start of an expression, but found the end of the file.";
      reader.error("hcl/missing-expression", "Missing expression", detail, start);
    } else {
      const detail = "Expected the start of an expression, but found an invalid expression token.";
      reader.error("hcl/invalid-expression", "Invalid expression", detail, start);
    }
  }
  reader.recovering = true;
  return placeholder(start);
}

function parentheses(reader: TokenReader): Expression {
  const open = reader.read();
  const mark = reader.diagnostics.length;
  reader.pushNewlines(false);
  const expression = parseExpression(reader);
  if (reader.diagnostics.length > mark) {
    reader.recover(T.cParen);
    reader.popNewlines();
    return expression;
  }
  const close = reader.peek();
  if (close.type !== T.cParen) {
    const detail = "Expected a closing parenthesis to terminate the expression.";
    reader.error("hcl/unbalanced-parentheses", "Unbalanced parentheses", detail, close, between(open, close));
    reader.recovering = true;
  }
  reader.read();
  reader.popNewlines();
  return { kind: "parentheses", expression, ...between(open, close) };
}

function name(reader: TokenReader): Expression {
  const token = reader.read();
  const next = reader.peekType();
  if (next === T.oParen || next === T.doubleColon) return call(reader, token);
  const text = reader.textOf(token);
  const { source, start, end } = token;
  if (text === "true" || text === "false") {
    return { kind: "literal", value: boolValue(text === "true"), source, start, end };
  }
  if (text === "null") return { kind: "literal", value: NULL, source, start, end };
  return { kind: "reference", root: text, rootEnd: end, steps: [], source, start, end };
}

function call(reader: TokenReader, first: Token): Expression {
  let functionName = reader.textOf(first);
  let last: Span = first;
  let open = reader.read();
  while (open.type === T.doubleColon) {
    const part = reader.read();
    if (part.type !== T.ident) {
      const detail = "Function scope resolution symbol :: must be followed by a function name in this scope.";
      reader.error("hcl/missing-function-name", "Missing function name", detail, part, between(first, part));
      return placeholder(between(first, reader.recoverOver(T.oParen)));
    }
    functionName += `::${reader.textOf(part)}`;
    last = part;
    open = reader.read();
  }
  const nameSpan = between(first, last);
  if (open.type !== T.oParen) {
    const detail = "Function selector must be followed by an open parenthesis to begin the function call.";
    reader.error("hcl/missing-parenthesis", "Missing open parenthesis", detail, open, between(first, open));
    return placeholder(between(first, reader.recoverOver(T.oParen)));
  }
  reader.pushNewlines(false);
  const { items, expandFinal, close } = callArguments(reader, first, open);
  reader.popNewlines();
  return {
    kind: "call",
    name: functionName,
    arguments: items,
    expandFinal,
    nameSpan,
    openSpan: open,
    closeSpan: close,
    ...between(first, close),
  };
}

function callArguments(
  reader: TokenReader,
  first: Token,
  open: Token,
): { readonly items: Expression[]; readonly expandFinal: boolean; readonly close: Token } {
  const items: Expression[] = [];
  for (;;) {
    if (reader.peekType() === T.cParen) return { items, expandFinal: false, close: reader.read() };
    const mark = reader.diagnostics.length;
    items.push(parseExpression(reader));
    if (lost(reader, mark)) return { items, expandFinal: false, close: reader.recover(T.cParen) };
    const separator = reader.read();
    if (separator.type === T.cParen) return { items, expandFinal: false, close: separator };
    if (separator.type === T.ellipsis) {
      if (reader.peekType() === T.cParen) return { items, expandFinal: true, close: reader.read() };
      if (!reader.recovering) {
        const detail = "An expanded function argument (with ...) must be immediately followed by closing parentheses.";
        const context = between(first, separator);
        reader.error("hcl/missing-parenthesis", "Missing closing parenthesis", detail, separator, context);
      }
      return { items, expandFinal: true, close: reader.recover(T.cParen) };
    }
    if (separator.type === T.comma) continue;
    if (separator.type === T.eof) {
      const detail =
        "There is no closing parenthesis for this function call before the end of the file. This may be caused by incorrect parenthesis nesting elsewhere in this file.";
      reader.error("hcl/unterminated-call", "Unterminated function call", detail, between(first, open));
    } else {
      const detail = "A comma is required to separate each function argument from the next.";
      const context = between(first, separator);
      reader.error("hcl/missing-separator", "Missing argument separator", detail, separator, context);
    }
    return { items, expandFinal: false, close: reader.recover(T.cParen) };
  }
}

function tuple(reader: TokenReader): Expression {
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
    items.push(parseExpression(reader));
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

function object(reader: TokenReader): Expression {
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
    const expression = parseExpression(reader);
    if (lost(reader, mark)) return reader.recover(T.cBrace);
    const next = reader.peek();
    if (next.type !== T.equal && next.type !== T.colon) {
      if (!reader.recovering) missingValue(reader, open, next);
      return reader.recover(T.cBrace);
    }
    reader.read();
    const value = parseExpression(reader);
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
