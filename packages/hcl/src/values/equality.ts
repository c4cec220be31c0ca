import { BigFloat } from "./big-float.ts";
import { deepMarks, hasMarks, isWhollyKnown, unmarkDeep, withMarks } from "./marks.ts";
import { rangeExcludes } from "./refine.ts";
import { BOOL, hasDynamic, sameType } from "./type.ts";
import { boolValue, FALSE, TRUE, Unknown, unknownValue, type Value } from "./value.ts";

const UNKNOWN_BOOL = unknownValue(BOOL, { notNull: true });

/**
 * Equality as `==` has it: never converts, null equals null, unknown operands give an unknown bool unless what is certain
 * about them already decides. The result carries all marks of both, inner ones too.
 */
export function equal(a: Value, b: Value): Value {
  if (!hasMarks(a) && !hasMarks(b)) return plainEqual(a, b);
  return withMarks(plainEqual(unmarkDeep(a), unmarkDeep(b)), deepMarks(a), deepMarks(b));
}

function plainEqual(a: Value, b: Value): Value {
  // Dynamic values are not decided by their type.
  if (a.isNull && b.isNull) {
    return TRUE;
  }
  if (a.isNull || b.isNull) {
    const other = a.isNull ? b : a;
    if (other.raw instanceof Unknown) return other.raw.refinement.notNull ? FALSE : UNKNOWN_BOOL;
    return FALSE;
  }
  if (!a.isKnown || !b.isKnown) {
    if (a.type.kind === "dynamic" || b.type.kind === "dynamic") return UNKNOWN_BOOL;
    if (!a.isKnown && !b.isKnown && !sameType(a.type, b.type)) return UNKNOWN_BOOL;
    if (a.type.kind !== b.type.kind) return FALSE;
    if (!sameType(a.type, b.type)) return hasDynamic(a.type) || hasDynamic(b.type) ? UNKNOWN_BOOL : FALSE;
    if (a.raw instanceof Unknown && rangeExcludes(a, b)) return FALSE;
    if (b.raw instanceof Unknown && rangeExcludes(b, a)) return FALSE;
    return UNKNOWN_BOOL;
  }
  if (!sameType(a.type, b.type)) {
    return a.type.kind === b.type.kind && (hasDynamic(a.type) || hasDynamic(b.type)) && !sameShape(a, b)
      ? FALSE
      : hasDynamic(a.type) || hasDynamic(b.type)
        ? contentsEqual(a, b)
        : FALSE;
  }
  return contentsEqual(a, b);
}

function sameShape(a: Value, b: Value): boolean {
  return a.items.length === b.items.length && a.entries.size === b.entries.size;
}

function contentsEqual(a: Value, b: Value): Value {
  if (a.type.kind !== b.type.kind) return FALSE;
  if (a.raw instanceof BigFloat && b.raw instanceof BigFloat) return boolValue(a.raw.equals(b.raw));
  if (a.type.kind === "set") {
    if (!isWhollyKnown(a) || !isWhollyKnown(b)) return UNKNOWN_BOOL;
    if (a.items.length !== b.items.length) return FALSE;
    return pairwise(a.items.map((item, i) => [item, b.items[i]]));
  }
  if (Array.isArray(a.raw)) {
    if (a.items.length !== b.items.length) return FALSE;
    return pairwise(a.items.map((item, i) => [item, b.items[i]]));
  }
  if (a.raw instanceof Map) {
    if (a.entries.size !== b.entries.size) return FALSE;
    return pairwise([...a.entries].map(([key, item]) => [item, b.entries.get(key)]));
  }
  return boolValue(a.raw === b.raw);
}

function pairwise(pairs: readonly (readonly [Value, Value | undefined])[]): Value {
  let result: Value = TRUE;
  for (const [a, b] of pairs) {
    if (b === undefined) return FALSE;
    const one = plainEqual(a, b);
    if (one.raw === false) return FALSE;
    if (!one.isKnown) result = one;
  }
  return result;
}

/** Equal for certain, marks set aside. */
export function definitelyEqual(a: Value, b: Value): boolean {
  return equal(a, b).raw === true;
}

/** The same value in every respect: type, knownness, nullness and contents; marks set aside. */
export function identical(a: Value, b: Value): boolean {
  if (!sameType(a.type, b.type)) return false;
  if (!a.isKnown || !b.isKnown) return a.isKnown === b.isKnown;
  if (a.isNull || b.isNull) return a.isNull === b.isNull;
  if (a.raw instanceof BigFloat && b.raw instanceof BigFloat) return a.raw.equals(b.raw);
  if (Array.isArray(a.raw)) {
    return a.items.length === b.items.length && a.items.every((v, i) => identical(v, b.items[i] ?? v));
  }
  if (a.raw instanceof Map) {
    if (a.entries.size !== b.entries.size) return false;
    return [...a.entries].every(([key, v]) => {
      const other = b.entries.get(key);
      return other !== undefined && identical(v, other);
    });
  }
  return a.raw === b.raw;
}
