import { BigFloat } from "./big-float.ts";
import { isCollection } from "./type.ts";
import { type Refinement, Unknown, Value } from "./value.ts";

/** Certainly not null: known and not null, or unknown but refined so. */
export function definitelyNotNull(value: Value): boolean {
  if (value.raw instanceof Unknown) return value.raw.refinement.notNull === true;
  return value.raw !== null;
}

/** The unknown value with more certainty; a known value stays as it is. */
function refine(value: Value, more: Refinement): Value {
  if (!(value.raw instanceof Unknown) || value.type.kind === "dynamic") return value;
  return new Value(value.type, new Unknown({ ...value.raw.refinement, ...more }), value.marks);
}

export const refineNotNull = (value: Value): Value => refine(value, { notNull: true });

/** Bounds of a number, known or not. */
export function numberBounds(value: Value): Pick<Refinement, "min" | "max"> {
  if (value.raw instanceof Unknown) {
    const { min, max } = value.raw.refinement;
    return { ...(min && { min }), ...(max && { max }) };
  }
  if (!(value.raw instanceof BigFloat)) return {};
  return { min: { value: value.raw, inclusive: true }, max: { value: value.raw, inclusive: true } };
}

/** Least and greatest possible length of a collection, known or not. */
export function lengthBounds(value: Value): { readonly min: number; readonly max: number } {
  if (value.raw instanceof Unknown) {
    const { minLength, maxLength } = value.raw.refinement;
    return { min: minLength ?? 0, max: maxLength ?? Number.POSITIVE_INFINITY };
  }
  if (value.type.kind === "set" && value.items.some((v) => !v.isKnown)) {
    // Unknown elements may turn out equal to others.
    return { min: 1, max: value.items.length };
  }
  const n = value.raw instanceof Map ? value.raw.size : value.items.length;
  return { min: n, max: n };
}

/** The prefix that a string is certain to have. */
function stringPrefix(value: Value): string {
  if (value.raw instanceof Unknown) return value.raw.refinement.prefix ?? "";
  return value.text;
}

/** Whether what is certain about an unknown value rules the other one out. Both are of one type and not null. */
export function rangeExcludes(unknown: Value, other: Value): boolean {
  if (!(unknown.raw instanceof Unknown)) return false;
  if (!definitelyNotNull(unknown) || !definitelyNotNull(other)) return false;
  const mine = unknown.raw.refinement;
  if (unknown.type.kind === "string") {
    const a = mine.prefix ?? "";
    const b = stringPrefix(other);
    return other.isKnown ? !b.startsWith(a) : !b.startsWith(a) && !a.startsWith(b);
  }
  if (unknown.type.kind === "number") {
    const theirs = numberBounds(other);
    return isBelow(mine.max, theirs.min) || isBelow(theirs.max, mine.min);
  }
  if (isCollection(unknown.type)) {
    const a = lengthBounds(unknown);
    const b = lengthBounds(other);
    return a.max < b.min || b.max < a.min;
  }
  return false;
}

/** Every number up to `max` is below every number from `min`. */
export function isBelow(max: Refinement["max"], min: Refinement["min"]): boolean {
  if (!max || !min) return false;
  const order = max.value.compare(min.value);
  return order < 0 || (order === 0 && !(max.inclusive && min.inclusive));
}
