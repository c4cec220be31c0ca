import { convert, unify } from "../convert/convert.ts";
import { between, type Conditional } from "../syntax/ast.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark, withMarksOf } from "../values/marks.ts";
import { definitelyNotNull, lengthBounds, numberBounds } from "../values/refine.ts";
import {
  BOOL,
  DYNAMIC,
  isCollection,
  type ObjectType,
  sameType,
  type TupleType,
  type Type,
  typeName,
} from "../values/type.ts";
import { compareText, nullValue, type Refinement, unknownValue, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** `condition ? then : otherwise`: both are evaluated for their types, one for its value and its errors. */
export function conditional(expression: Conditional, scope: Scope, evaluator: Evaluator): Value {
  const then = evaluator.apart(expression.then, scope);
  const otherwise = evaluator.apart(expression.otherwise, scope);
  const type = resultType(then.value, otherwise.value);
  if (!type) {
    const detail = `The true and false result expressions must have consistent types. ${difference(then.value.type, otherwise.value.type)}`;
    const subject = between(expression.then, expression.otherwise);
    evaluator.error("hcl/inconsistent-types", "Inconsistent conditional result types", detail, subject, expression);
    return unknownValue(DYNAMIC);
  }
  const given = evaluator.value(expression.condition, scope);
  if (given.isNull) {
    const detail = "The condition value is null. Conditions must either be true or false.";
    evaluator.error("hcl/null-condition", "Null condition", detail, expression.condition, expression);
    return unknownValue(type);
  }
  const condition = convert(given, BOOL);
  if (!given.isKnown) return undecided(given, then.value, otherwise.value, type);
  if (condition instanceof Fault) {
    const detail = "The condition expression must be of type bool.";
    evaluator.error("hcl/condition-type", "Incorrect condition type", detail, expression.condition, expression);
    return unknownValue(type);
  }
  const [chosen, node, word] =
    condition.raw === true
      ? [then, expression.then, "true" as const]
      : [otherwise, expression.otherwise, "false" as const];
  evaluator.report(chosen.diagnostics);
  const value = convert(chosen.value, type);
  if (value instanceof Fault) {
    const detail = `The ${word} result value has the wrong type: ${value.message}.`;
    evaluator.error("hcl/inconsistent-types", "Inconsistent conditional result types", detail, node, expression);
    return unknownValue(type);
  }
  return withMarksOf(value, condition, then.value, otherwise.value);
}

function resultType(then: Value, otherwise: Value): Type | undefined {
  if (then.isNull && then.type.kind === "dynamic") return otherwise.type;
  if (otherwise.isNull && otherwise.type.kind === "dynamic") return then.type;
  if (then.type.kind === "dynamic" || otherwise.type.kind === "dynamic") return DYNAMIC;
  return unify([then.type, otherwise.type], true)?.type;
}

/** The result while the condition is unknown: what is certain of both branches is certain of it. */
function undecided(condition: Value, then: Value, otherwise: Value, type: Type): Value {
  const marks = [condition, then, otherwise];
  const a = unmark(then);
  const b = unmark(otherwise);
  if (a.isNull && b.isNull) return withMarksOf(nullValue(type), ...marks);
  const refinement: { -readonly [K in keyof Refinement]: Refinement[K] } = {};
  if (type.kind !== "dynamic" && definitelyNotNull(a) && definitelyNotNull(b)) {
    refinement.notNull = true;
    if (type.kind === "number" && a.type.kind === "number" && b.type.kind === "number") {
      const x = numberBounds(a);
      const y = numberBounds(b);
      if (x.min && y.min) refinement.min = lower(x.min, y.min);
      if (x.max && y.max) refinement.max = upper(x.max, y.max);
    }
    if (isCollection(type) && isCollection(a.type) && isCollection(b.type)) {
      const x = lengthBounds(a);
      const y = lengthBounds(b);
      const min = Math.min(x.min, y.min);
      const max = Math.max(x.max, y.max);
      if (min > 0) refinement.minLength = min;
      if (Number.isFinite(max)) refinement.maxLength = max;
    }
  }
  return withMarksOf(unknownValue(type, refinement), ...marks);
}

type Bound = NonNullable<Refinement["min"]>;

function lower(a: Bound, b: Bound): Bound {
  const order = a.value.compare(b.value);
  if (order !== 0) return order < 0 ? a : b;
  return a.inclusive ? a : b;
}

function upper(a: Bound, b: Bound): Bound {
  const order = a.value.compare(b.value);
  if (order !== 0) return order > 0 ? a : b;
  return a.inclusive ? a : b;
}

/** What keeps the two result types apart, in a sentence. */
function difference(then: Type, otherwise: Type): string {
  if (then.kind === "object" && otherwise.kind === "object") {
    const found = objectDifference(then, otherwise);
    if (found !== undefined) return found;
  }
  if (then.kind === "tuple" && otherwise.kind === "tuple") {
    const found = tupleDifference(then, otherwise);
    if (found !== undefined) return found;
  }
  const a = typeName(then);
  const b = typeName(otherwise);
  if (a !== b) return `The 'true' value is ${a}, but the 'false' value is ${b}.`;
  if (isCollection(then) && isCollection(otherwise) && then.kind === otherwise.kind) {
    if (!unify([then.element, otherwise.element], true)) {
      return `Mismatched ${then.kind} element types: ${difference(then.element, otherwise.element)}`;
    }
  }
  return "At least one deeply-nested attribute or element is not compatible across both the 'true' and the 'false' value.";
}

function objectDifference(then: ObjectType, otherwise: ObjectType): string | undefined {
  const sorted = (t: ObjectType): [string, Type][] => [...t.attributes].sort(([a], [b]) => compareText(a, b));
  for (const [name, type] of sorted(then)) {
    const theirs = otherwise.attributes.get(name);
    if (!theirs) return `The 'true' value includes object attribute "${name}", which is absent in the 'false' value.`;
    if (!sameType(type, theirs)) {
      return `Type mismatch for object attribute "${name}": ${difference(type, theirs)}`;
    }
  }
  for (const [name] of sorted(otherwise)) {
    if (!then.attributes.has(name)) {
      return `The 'false' value includes object attribute "${name}", which is absent in the 'true' value.`;
    }
  }
  return undefined;
}

function tupleDifference(then: TupleType, otherwise: TupleType): string | undefined {
  if (then.elements.length !== otherwise.elements.length) {
    return `The 'true' tuple has length ${then.elements.length}, but the 'false' tuple has length ${otherwise.elements.length}.`;
  }
  for (const [i, type] of then.elements.entries()) {
    const theirs = otherwise.elements[i];
    if (theirs && !sameType(type, theirs)) {
      return `Type mismatch for tuple element ${i}: ${difference(type, theirs)}`;
    }
  }
  return undefined;
}
