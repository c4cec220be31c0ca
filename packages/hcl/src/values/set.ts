import { BigFloat } from "./big-float.ts";
import { formatNumber } from "./big-float-text.ts";
import { definitelyEqual } from "./equality.ts";
import { deepMarks, unmarkDeep } from "./marks.ts";
import { DYNAMIC, type Type } from "./type.ts";
import { compareText, rawSet, Unknown, type Value } from "./value.ts";

/**
 * A text that equal values share: what cty hashes set elements by, and orders elements of compound types by.
 * Numbers appear with ten digits, so distinct ones may share a text.
 */
function hashText(value: Value): string {
  const { raw, type } = value;
  if (raw instanceof Unknown) return "?";
  if (raw === null) return "~";
  if (typeof raw === "string") return JSON.stringify(raw);
  if (typeof raw === "boolean") return raw ? "T" : "F";
  if (raw instanceof BigFloat) return raw.isZero ? "0" : formatNumber(raw, "g", 10);
  if (type.kind === "map") {
    return `{${[...value.entries].map(([k, v]) => `${JSON.stringify(k)}:${hashText(v)};`).join("")}}`;
  }
  if (type.kind === "object") return `<${[...value.entries.values()].map((v) => `${hashText(v)};`).join("")}>`;
  const inside = value.items.map((v) => `${hashText(v)};`).join("");
  return type.kind === "tuple" ? `<${inside}>` : `[${inside}]`;
}

/** Order in which a set is walked: null after values, unknown last; compound values in an arbitrary, fixed order. */
function compareElements(a: Value, b: Value): number {
  if (a.isNull !== b.isNull) return a.isNull ? 1 : -1;
  if (a.isKnown !== b.isKnown) return a.isKnown ? -1 : 1;
  if (a.isNull || !a.isKnown) return 0;
  if (typeof a.raw === "string" && typeof b.raw === "string") return compareText(a.raw, b.raw);
  if (typeof a.raw === "boolean") return Number(a.raw) - Number(b.raw);
  if (a.raw instanceof BigFloat && b.raw instanceof BigFloat) return a.raw.compare(b.raw);
  return compareText(hashText(a), hashText(b));
}

/** A set of values of one type: duplicates removed, in set order; marks of elements move to the set. */
export function setValue(items: readonly Value[], element: Type = DYNAMIC): Value {
  const marks = new Set<string>();
  for (const item of items) deepMarks(item, marks);
  const plain = marks.size > 0 ? items.map(unmarkDeep) : items;
  const buckets = new Map<string, Value[]>();
  const kept: Value[] = [];
  for (const item of plain) {
    const key = hashText(item);
    const bucket = buckets.get(key);
    if (bucket?.some((other) => definitelyEqual(item, other)) === true) continue;
    if (bucket) bucket.push(item);
    else buckets.set(key, [item]);
    kept.push(item);
  }
  kept.sort(compareElements);
  return rawSet(kept, kept[0]?.type ?? element, marks);
}

/** Whether a set has an element equal to `item`; undefined when unknown elements leave that open. */
export function setHas(set: Value, item: Value): boolean {
  const key = hashText(item);
  return set.items.some((other) => hashText(other) === key && definitelyEqual(item, other));
}
