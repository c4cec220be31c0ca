import { between, type Expression, type Span } from "../syntax/ast.ts";

/** The beginning of an expression, enough to point at: a function's name, an opening bracket, the first operand. */
export function startSpan(expression: Expression): Span {
  switch (expression.kind) {
    case "call":
      return between(expression.nameSpan, expression.openSpan);
    case "reference":
      return expression;
    case "conditional":
      return startSpan(expression.condition);
    case "index":
      return { source: expression.source, start: expression.brackets.start, end: expression.brackets.start + 1 };
    case "tuple":
    case "object":
    case "for":
      return expression.open;
    case "splat":
      return expression.marker;
    case "template":
      return expression.parts[0] ? startSpan(expression.parts[0]) : expression;
    case "join":
      return startSpan(expression.tuple);
    case "binary":
      return leftmost(expression);
    case "parentheses":
      return startSpan(expression.expression);
    case "unary":
      return { source: expression.source, start: expression.start, end: expression.start + 1 };
    default:
      return expression;
  }
}

function leftmost(expression: Expression): Span {
  let left = expression;
  while (left.kind === "binary") left = left.left;
  return startSpan(left);
}
