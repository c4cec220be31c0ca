import { compareStrings } from "./go-string.ts";
import { typeName } from "./type.ts";
import type { GoMapValue, GoValue } from "./value.ts";

const numbers = (a: number | bigint, b: number | bigint): number => (a < b ? -1 : a > b ? 1 : 0);

/** NaN comes first, then by size. */
function floats(a: number, b: number): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1;
  return Number.isNaN(b) ? 1 : numbers(a, b);
}

/** The order in which Go prints and ranges over map keys. Keys of different types, where Go has none, go by type name. */
export function compareKeys(a: GoValue, b: GoValue): number {
  if (a.kind === "interface" || b.kind === "interface") {
    const left = a.kind === "interface" ? a.inner : a;
    const right = b.kind === "interface" ? b.inner : b;
    if (left === null || right === null) return numbers(left === null ? 0 : 1, right === null ? 0 : 1);
    return compareKeys(left, right);
  }
  if (a.kind === "string" && b.kind === "string") return compareStrings(a.value, b.value);
  if ((a.kind === "int" && b.kind === "int") || (a.kind === "uint" && b.kind === "uint")) {
    return numbers(a.value, b.value);
  }
  if (a.kind === "float" && b.kind === "float") return floats(a.value, b.value);
  if (a.kind === "complex" && b.kind === "complex") {
    return floats(a.value.re, b.value.re) || floats(a.value.im, b.value.im);
  }
  if (a.kind === "bool" && b.kind === "bool") return numbers(Number(a.value), Number(b.value));
  if (a.kind === "struct" && b.kind === "struct") return compareLists(a.fields, b.fields);
  if (a.kind === "array" && b.kind === "array") return compareLists(a.items, b.items);
  return compareStrings(typeName(a.type), typeName(b.type));
}

function compareLists(a: readonly GoValue[], b: readonly GoValue[]): number {
  for (const [i, item] of a.entries()) {
    const other = b[i];
    const order = other ? compareKeys(item, other) : 1;
    if (order !== 0) return order;
  }
  return numbers(a.length, b.length);
}

/** The entries of a map in the order of its keys. */
export function sortedEntries(map: GoMapValue): readonly (readonly [GoValue, GoValue])[] {
  return Array.from(map.entries?.values() ?? []).sort((a, b) => compareKeys(a[0], b[0]));
}
