import { type Diagnostic, problem } from "@kiln/sdk";
import { type Expression, rangeOf } from "../syntax/ast.ts";
import { tupleValue, UNKNOWN, type Value } from "../values/value.ts";
import { elementOf, follow } from "./access.ts";
import { call } from "./call.ts";
import { conditional } from "./conditional.ts";
import { Evaluator } from "./evaluator.ts";
import { forExpression } from "./for.ts";
import { jsonExpression } from "./json-value.ts";
import { objectConstructor, objectKey } from "./object.ts";
import { binary, unary } from "./operators.ts";
import { reference } from "./reference.ts";
import { Scope } from "./scope.ts";
import { splat } from "./splat.ts";
import { join, template } from "./template.ts";

/** A value as far as it could be determined, beside everything that went wrong. */
export interface Evaluated {
  readonly value: Value;
  readonly diagnostics: readonly Diagnostic[];
}

const NOTHING = new Scope();

/**
 * Evaluates an expression; without a scope, variables and functions are not allowed. A failed part yields an unknown value,
 * so that the rest is still checked. Throws nothing but a `Suspension`, when a function waits for the outside world (see
 * `settle`).
 */
export function evaluate(expression: Expression, scope: Scope = NOTHING): Evaluated {
  const evaluator = new Evaluator(rule);
  try {
    const value = evaluator.value(expression, scope);
    return { value, diagnostics: evaluator.diagnostics };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const detail = "This expression is nested too deeply, or produces more data than can be held.";
    const diagnostic = problem("hcl/nesting-too-deep", "Expression too large", {
      detail,
      subject: rangeOf(expression),
    });
    return { value: UNKNOWN, diagnostics: [...evaluator.diagnostics, diagnostic] };
  }
}

function rule(expression: Expression, scope: Scope, evaluator: Evaluator): Value {
  switch (expression.kind) {
    case "literal":
      return expression.value;
    case "reference":
      return reference(expression, scope, evaluator);
    case "template":
      return template(expression, scope, evaluator);
    case "wrap":
    case "parentheses":
      return evaluator.value(expression.expression, scope);
    case "tuple":
      return tupleValue(expression.items.map((item) => evaluator.value(item, scope)));
    case "object":
      return objectConstructor(expression, scope, evaluator);
    case "key":
      return objectKey(expression, scope, evaluator);
    case "call":
      return call(expression, scope, evaluator);
    case "binary":
      return binary(expression, scope, evaluator);
    case "unary":
      return unary(expression, scope, evaluator);
    case "conditional":
      return conditional(expression, scope, evaluator);
    case "traversal":
      return follow(evaluator, evaluator.value(expression.from, scope), expression.steps);
    case "index": {
      const collection = evaluator.value(expression.collection, scope);
      const key = evaluator.value(expression.key, scope);
      return elementOf(evaluator, collection, key, expression.brackets);
    }
    case "for":
      return forExpression(expression, scope, evaluator);
    case "splat":
      return splat(expression, scope, evaluator);
    case "item":
      return scope.itemOf(expression) ?? UNKNOWN;
    case "join":
      return join(expression, scope, evaluator);
    case "bound":
      return evaluator.value(expression.expression, scope.child(expression.variables));
    case "broken":
      evaluator.report(expression.diagnostics);
      return UNKNOWN;
    case "json":
      return jsonExpression(expression, scope, evaluator);
    default:
      return expression satisfies never;
  }
}
