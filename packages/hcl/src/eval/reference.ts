import { didYouMean, nearest } from "../suggestion.ts";
import type { Reference } from "../syntax/ast.ts";
import { UNKNOWN, type Value } from "../values/value.ts";
import { follow } from "./access.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** A variable, and what the steps after its name lead to. */
export function reference(expression: Reference, scope: Scope, evaluator: Evaluator): Value {
  const root = scope.variable(expression.root);
  if (root) return follow(evaluator, root, expression.steps);
  const subject = { source: expression.source, start: expression.start, end: expression.rootEnd };
  const names = scope.variableNames();
  if (!names) {
    const detail = "Variables may not be used here.";
    evaluator.error("hcl/variables-not-allowed", "Variables not allowed", detail, subject);
  } else {
    const hint = didYouMean(nearest(expression.root, names));
    const detail = `There is no variable named "${expression.root}".${hint}`;
    evaluator.error("hcl/unknown-variable", "Unknown variable", detail, subject);
  }
  return UNKNOWN;
}
