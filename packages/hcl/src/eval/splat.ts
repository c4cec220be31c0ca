import { convert } from "../convert/convert.ts";
import { between, type Splat } from "../syntax/ast.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { definitelyNotNull, lengthBounds } from "../values/refine.ts";
import { DYNAMIC, EMPTY_TUPLE, isCollection, listOf, type Type, tupleOf } from "../values/type.ts";
import { listValue, type Refinement, sameTypes, tupleValue, UNKNOWN, unknownValue, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** `a[*].b`: the rest applied to every element; anything but a sequence counts as one element, null as none. */
export function splat(expression: Splat, scope: Scope, evaluator: Evaluator): Value {
  const before = evaluator.diagnostics.length;
  const given = evaluator.value(expression.from, scope);
  if (evaluator.diagnostics.length > before) return UNKNOWN;
  const upgrade = given.type.kind !== "tuple" && given.type.kind !== "list" && given.type.kind !== "set";
  if (given.isNull) {
    if (upgrade) return withMarks(new Value(EMPTY_TUPLE, []), given.marks);
    const detail = "Splat expressions (with the * symbol) cannot be applied to null sequences.";
    const context = between(expression.from, expression.marker);
    evaluator.error("hcl/null-value", "Splat of null value", detail, expression.from, context);
    return UNKNOWN;
  }
  if (given.type.kind === "dynamic") return withMarks(UNKNOWN, given.marks);
  // Unknown whether it will be null, so unknown whether there will be one element or none.
  const maybeNone = upgrade && !given.isKnown && !definitelyNotNull(given);
  const source = upgrade ? withMarks(tupleValue([given]), given.marks) : given;
  const each = (value: Value, on: Evaluator): Value =>
    on.value(expression.each, scope.withItem(expression.item, value));
  if (!source.isKnown) return unknownResult(source, each, evaluator);
  let failed = false;
  const items = unmark(source).items.map((item) => {
    const mark = evaluator.diagnostics.length;
    const value = each(item, evaluator);
    failed ||= evaluator.diagnostics.length > mark;
    return value;
  });
  if (maybeNone) return withMarks(UNKNOWN, source.marks);
  if (failed) return withMarks(unknownValue(resultType(source.type, each, evaluator.scratch())), source.marks);
  if (source.type.kind === "tuple") return withMarks(tupleValue(items), source.marks);
  if (items.length > 0) return withMarks(listOfResults(items, expression, evaluator), source.marks);
  const type = resultType(source.type, each, evaluator);
  return withMarks(new Value(type, []), source.marks);
}

/** The results of a splat over a list or set, which must have one type; an undecided one has that of the others. */
function listOfResults(items: readonly Value[], expression: Splat, evaluator: Evaluator): Value {
  const type = items.find((item) => item.type.kind !== "dynamic")?.type ?? DYNAMIC;
  const alike = items.map((item) => (item.type.kind === "dynamic" ? convert(item, type) : item));
  if (alike.every((item): item is Value => item instanceof Value) && sameTypes(alike)) return listValue(alike);
  const detail =
    "The second level of splat expression produced elements of different types, so it isn't possible to construct a valid list to represent the top-level result.\n\nConsider using a for expression instead, to produce a tuple-typed result which can therefore have non-homogenous element types.";
  evaluator.error("hcl/nested-splat", "Invalid nested splat expressions", detail, expression.each, expression);
  return UNKNOWN;
}

type Each = (value: Value, evaluator: Evaluator) => Value;

function resultType(source: Type, each: Each, evaluator: Evaluator): Type {
  if (source.kind === "tuple") return tupleOf(source.elements.map((t) => each(unknownValue(t), evaluator).type));
  if (isCollection(source)) return listOf(each(unknownValue(source.element), evaluator).type);
  return EMPTY_TUPLE;
}

function unknownResult(source: Value, each: Each, evaluator: Evaluator): Value {
  const type = resultType(source.type, each, evaluator);
  const refinement: { -readonly [K in keyof Refinement]: Refinement[K] } = { notNull: true };
  if (type.kind === "list" && isCollection(source.type)) {
    const { min, max } = lengthBounds(source);
    if (min > 0) refinement.minLength = min;
    if (Number.isFinite(max)) refinement.maxLength = max;
  }
  return withMarks(unknownValue(type, refinement), source.marks);
}
