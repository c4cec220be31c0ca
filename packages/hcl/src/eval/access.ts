import { convert } from "../convert/convert.ts";
import type { Span, Step } from "../syntax/ast.ts";
import { Fault } from "../values/arithmetic.ts";
import type { BigFloat } from "../values/big-float.ts";
import { unmark, withMarksOf } from "../values/marks.ts";
import { NUMBER, STRING, type Type, typeName } from "../values/type.ts";
import { UNKNOWN, unknownValue, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";

/** The value that the steps lead to; unknown, with an error, where they lead nowhere. */
export function follow(evaluator: Evaluator, from: Value, steps: readonly Step[]): Value {
  let value = from;
  for (const step of steps) {
    const before = evaluator.diagnostics.length;
    value =
      step.kind === "attribute"
        ? attributeOf(evaluator, value, step.name, step)
        : elementOf(evaluator, value, step.key, step);
    if (evaluator.diagnostics.length > before) return UNKNOWN;
  }
  return value;
}

/** `value.name`, in objects and maps. */
function attributeOf(evaluator: Evaluator, value: Value, name: string, subject: Span): Value {
  const { type } = value;
  if (value.isNull) {
    const detail = "This value is null, so it does not have any attributes.";
    evaluator.error("hcl/null-value", "Attempt to get attribute from null value", detail, subject);
    return UNKNOWN;
  }
  if (type.kind === "dynamic") return withMarksOf(UNKNOWN, value);
  if (type.kind === "object") {
    const attribute = type.attributes.get(name);
    if (!attribute) return unsupported(evaluator, `This object does not have an attribute named "${name}".`, subject);
    return withMarksOf(value.entries.get(name) ?? unknownValue(attribute), value);
  }
  if (type.kind === "map") {
    if (!value.isKnown) return withMarksOf(unknownValue(type.element), value);
    const found = value.entries.get(name);
    if (found) return withMarksOf(found, value);
    const detail = `This map does not have an element with the key "${name}".`;
    evaluator.error("hcl/missing-element", "Missing map element", detail, subject);
    return UNKNOWN;
  }
  return unsupported(evaluator, noAttributes(type, name), subject);
}

function unsupported(evaluator: Evaluator, detail: string, subject: Span): Value {
  evaluator.error("hcl/unsupported-attribute", "Unsupported attribute", detail, subject);
  return UNKNOWN;
}

function noAttributes(type: Type, name: string): string {
  if ((type.kind === "list" || type.kind === "set") && type.element.kind === "object") {
    const which = type.element.attributes.has(name) ? `attribute "${name}"` : "an attribute";
    const where =
      type.kind === "list"
        ? "for a specific element of the list, or across all elements of the list"
        : "across all elements of the set";
    return `Can't access attributes on a ${type.kind} of objects. Did you mean to access ${which} ${where}?`;
  }
  if (type.kind === "string" || type.kind === "number" || type.kind === "bool") {
    return `Can't access attributes on a primitive-typed value (${typeName(type)}).`;
  }
  return "This value does not have any attributes.";
}

const NO_ELEMENT = "The given key does not identify an element in this collection value";

/** `collection[key]`. */
export function elementOf(evaluator: Evaluator, collection: Value, key: Value, subject: Span): Value {
  const invalid = (detail: string): Value => {
    evaluator.error("hcl/invalid-index", "Invalid index", detail, subject);
    return UNKNOWN;
  };
  const { type } = collection;
  if (collection.isNull) {
    const detail = "This value is null, so it does not have any indices.";
    evaluator.error("hcl/null-value", "Attempt to index null value", detail, subject);
    return UNKNOWN;
  }
  if (key.isNull) return invalid("Can't use a null value as an indexing key.");
  if (key.type.kind === "dynamic" || type.kind === "dynamic") return withMarksOf(UNKNOWN, collection);
  switch (type.kind) {
    case "list":
    case "tuple":
    case "map": {
      const wanted = convert(key, type.kind === "map" ? STRING : NUMBER);
      if (wanted instanceof Fault) return invalid(`${NO_ELEMENT}: ${wanted.message}.`);
      if (type.kind !== "tuple" && !collection.isKnown) return withMarksOf(unknownValue(type.element), collection);
      const found = pick(collection, unmark(wanted));
      if (typeof found === "string") return invalid(found);
      return wanted.isKnown ? withMarksOf(found, collection, wanted) : withMarksOf(found, collection);
    }
    case "object": {
      const wanted = convert(key, STRING);
      if (wanted instanceof Fault) return invalid(`${NO_ELEMENT}: ${wanted.message}.`);
      if (!wanted.isKnown) return withMarksOf(UNKNOWN, collection);
      const attribute = type.attributes.get(wanted.text);
      const found = collection.entries.get(wanted.text) ?? (attribute && unknownValue(attribute));
      if (found) return withMarksOf(found, collection, wanted);
      const byNumber = key.type.kind === "number";
      return invalid(
        `${NO_ELEMENT}.${byNumber ? " An object only supports looking up attributes by name, not by numeric index." : ""}`,
      );
    }
    case "set":
      return invalid(
        "Elements of a set are identified only by their value and don't have any separate index or key to select with, so it's only possible to perform operations across all elements of the set.",
      );
    default:
      return invalid("This value does not have any indices.");
  }
}

/** The element of a list, tuple or map, or why there is none. */
function pick(collection: Value, key: Value): Value | string {
  const { type } = collection;
  if (type.kind === "map") {
    if (!collection.isKnown || !key.isKnown) return unknownValue(type.element);
    return collection.entries.get(key.text) ?? `${NO_ELEMENT}.`;
  }
  if (!key.isKnown) return type.kind === "list" ? unknownValue(type.element) : UNKNOWN;
  const index = key.raw as BigFloat;
  if (!index.isWhole) {
    return `${NO_ELEMENT}: indexing a sequence requires a whole number, but the given index has a fractional part.`;
  }
  if (index.sign < 0) return `${NO_ELEMENT}: a negative number is not a valid index for a sequence.`;
  const at = index.toNumber();
  if (type.kind === "tuple" && !collection.isKnown) {
    const element = type.elements[at];
    if (element) return unknownValue(element);
  } else if (type.kind === "list" && !collection.isKnown) return unknownValue(type.element);
  const length = type.kind === "tuple" ? type.elements.length : collection.items.length;
  const found = collection.items[at];
  if (found) return found;
  // HCL gives a reason only for the first index past the end, and does not tell how long a marked sequence is.
  if (at !== length || collection.marks !== undefined) return `${NO_ELEMENT}.`;
  if (length === 0) return `${NO_ELEMENT}: the collection has no elements.`;
  return `${NO_ELEMENT}: the given index is greater than or equal to the length of the collection.`;
}
