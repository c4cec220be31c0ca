import { boolValue, NULL } from "../values/value.ts";
import type { BinaryOperator, Expression } from "./ast.ts";
import { between } from "./ast.ts";
import { parseCall } from "./parse-call.ts";
import { parseObject, parseTuple } from "./parse-collection.ts";
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
  const start = reader.diagnostics.length;
  let left = withSteps(reader);
  if (lost(reader, start)) return left;
  for (;;) {
    const found = OPERATORS.get(reader.peekType());
    if (!found || found[1] < level) return left;
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
      return parseTuple(reader);
    case T.oBrace:
      return parseObject(reader);
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
  if (next === T.oParen || next === T.doubleColon) return parseCall(reader, token);
  const text = reader.textOf(token);
  const { source, start, end } = token;
  if (text === "true" || text === "false") {
    return { kind: "literal", value: boolValue(text === "true"), source, start, end };
  }
  if (text === "null") return { kind: "literal", value: NULL, source, start, end };
  return { kind: "reference", root: text, rootEnd: end, steps: [], source, start, end };
}
