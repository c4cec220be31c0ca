import { convert } from "../convert/convert.ts";
import type { Expression, ObjectConstructor, ObjectKey } from "../syntax/ast.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { STRING } from "../values/type.ts";
import { objectValue, stringValue, UNKNOWN, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** The bare word that an expression is, `true` and `null` included; undefined if it is anything else. */
export function keywordOf(expression: Expression): string | undefined {
  if (expression.kind === "key") return keywordOf(expression.expression);
  if (expression.kind === "reference") return expression.steps.length === 0 ? expression.root : undefined;
  if (expression.kind !== "literal") return undefined;
  const { raw } = expression.value;
  if (raw === null || typeof raw === "boolean") return String(raw);
  return undefined;
}

export function objectKey(expression: ObjectKey, scope: Scope, evaluator: Evaluator): Value {
  const inner = expression.expression;
  if (!expression.forceExpression) {
    if (inner.kind === "reference" && inner.steps.length > 0) {
      const detail =
        "If this expression is intended to be a reference, wrap it in parentheses. If it's instead intended as a literal name containing periods, wrap it in quotes to create a string literal.";
      evaluator.error("hcl/ambiguous-key", "Ambiguous attribute key", detail, expression);
      return UNKNOWN;
    }
    const word = keywordOf(inner);
    if (word !== undefined) return stringValue(word);
  }
  return evaluator.value(inner, scope);
}

export function objectConstructor(expression: ObjectConstructor, scope: Scope, evaluator: Evaluator): Value {
  const made = new Map<string, Value>();
  const marks = new Set<string>();
  let known = true;
  for (const item of expression.items) {
    const before = evaluator.diagnostics.length;
    const given = evaluator.value(item.key, scope);
    const bad = evaluator.diagnostics.length > before;
    const value = evaluator.value(item.value, scope);
    if (bad) {
      known = false;
      continue;
    }
    for (const mark of given.marks ?? []) marks.add(mark);
    if (given.isNull) {
      evaluator.error("hcl/null-key", "Null value as key", "Can't use a null value as a key.", item.value);
      known = false;
      continue;
    }
    const key = convert(unmark(given), STRING);
    if (key instanceof Fault) {
      const detail = `Can't use this value as a key: ${key.message}.`;
      evaluator.error("hcl/key-type", "Incorrect key type", detail, item.key);
      known = false;
    } else if (!key.isKnown) known = false;
    else made.set(key.text, value);
  }
  return withMarks(known ? objectValue(made) : UNKNOWN, marks);
}
