import { type Marks, Value } from "./value.ts";

export function unmark(value: Value): Value {
  return value.marks === undefined ? value : new Value(value.type, value.raw);
}

/** The value with these marks in addition to its own. */
export function withMarks(value: Value, ...more: readonly (Marks | undefined)[]): Value {
  const extra = more.filter((m) => m !== undefined && m.size > 0);
  if (extra.length === 0) return value;
  const marks = new Set(value.marks);
  for (const set of extra) for (const mark of set ?? []) marks.add(mark);
  return marks.size === value.marks?.size ? value : new Value(value.type, value.raw, marks);
}

/** The value with the marks of the others, as the result of an operation on them has. */
export function withMarksOf(value: Value, ...sources: readonly Value[]): Value {
  for (const source of sources) if (source.marks !== undefined) return withMarks(value, ...sources.map((s) => s.marks));
  return value;
}

/** Every mark in the value, at any depth. */
export function deepMarks(value: Value, into: Set<string> = new Set()): Set<string> {
  for (const mark of value.marks ?? []) into.add(mark);
  for (const item of value.items) deepMarks(item, into);
  for (const item of value.entries.values()) deepMarks(item, into);
  return into;
}

export function hasMarks(value: Value): boolean {
  if (value.marks !== undefined) return true;
  return value.items.some(hasMarks) || [...value.entries.values()].some(hasMarks);
}

/** The value without any marks, at any depth. */
export function unmarkDeep(value: Value): Value {
  if (!hasMarks(value)) return value;
  if (value.raw instanceof Map) {
    return new Value(value.type, new Map([...value.entries].map(([k, v]) => [k, unmarkDeep(v)])));
  }
  return Array.isArray(value.raw) ? new Value(value.type, value.items.map(unmarkDeep)) : unmark(value);
}

/** Known at every depth. */
export function isWhollyKnown(value: Value): boolean {
  if (!value.isKnown) return false;
  return value.items.every(isWhollyKnown) && [...value.entries.values()].every(isWhollyKnown);
}
