import { byteLength, byteSlice, toBytes } from "../go/go-string.ts";
import { goUint8, isComparable, sliceOf, typeName } from "../go/type.ts";
import type { GoArrayValue, GoOutcome, GoSliceValue, GoStringValue, GoValue } from "../go/value.ts";
import { elementAt, failed, gave, indirect, intValue, mapKey, stored, unwrapped, zeroValue } from "../go/value.ts";
import { prepareArgument } from "./conversion.ts";

/** The built-ins `index`, `slice` and `len`. */

function indexNumber(index: GoValue | undefined, limit: number): { readonly at: number } | { readonly error: string } {
  if (!index) return { error: "cannot index slice/array with nil" };
  if (index.kind !== "int" && index.kind !== "uint") {
    return { error: `cannot index slice/array with type ${typeName(index.type)}` };
  }
  const number = BigInt.asIntN(64, index.value);
  if (number < 0n || number > BigInt(limit)) return { error: `index out of range: ${number}` };
  return { at: Number(number) };
}

function indexList(item: GoStringValue | GoSliceValue | GoArrayValue, index: GoValue | undefined): GoOutcome {
  const length = item.kind === "string" ? byteLength(item.value) : (item.items?.length ?? 0);
  const number = indexNumber(index, length);
  if ("error" in number) return failed(number.error);
  if (number.at === length) return failed(`reflect: ${item.kind} index out of range`);
  if (item.kind === "string") return gave(intValue(toBytes(item.value)[number.at] ?? 0, goUint8));
  return gave(elementAt(item, number.at));
}

/** `index x 1 2`: x[1][2]. */
export function indexValue(first: GoValue | undefined, indexes: readonly (GoValue | undefined)[]): GoOutcome {
  let item = unwrapped(first);
  if (!item) return failed("index of untyped nil");
  for (const given of indexes) {
    const index = unwrapped(given);
    const target = indirect(item);
    if (target.isNil) return failed("index of nil pointer");
    const container: GoValue | undefined = target.value;
    if (container?.kind === "map") {
      const key = prepareArgument(index, container.type.key);
      if ("error" in key) return failed(key.error);
      const name = stored(key.value, container.type.key);
      const inner = unwrapped(name);
      if (inner && !isComparable(inner.type)) {
        return failed(`runtime error: hash of unhashable type ${typeName(inner.type)}`);
      }
      item = container.entries?.get(mapKey(name))?.[1] ?? zeroValue(container.type.element);
    } else if (container?.kind === "string" || container?.kind === "slice" || container?.kind === "array") {
      const outcome = indexList(container, index);
      if (!outcome.ok) return outcome;
      item = outcome.value;
    } else return failed(`can't index item of type ${container ? typeName(container.type) : "nil"}`);
  }
  return gave(item);
}

/** `slice x 1 2`: x[1:2]. */
export function sliceOfValue(first: GoValue | undefined, indexes: readonly (GoValue | undefined)[]): GoOutcome {
  const given = unwrapped(first);
  if (!given) return failed("slice of untyped nil");
  const { value: item, isNil } = indirect(given);
  if (isNil || !item) return failed("slice of nil pointer");
  if (indexes.length > 3) return failed(`too many slice indexes: ${indexes.length}`);
  if (item.kind === "string" && indexes.length === 3) return failed("cannot 3-index slice a string");
  if (item.kind !== "string" && item.kind !== "slice" && item.kind !== "array") {
    return failed(`can't slice item of type ${typeName(item.type)}`);
  }
  const length = item.kind === "string" ? byteLength(item.value) : (item.items?.length ?? 0);
  const capacity = length + (item.kind === "slice" ? (item.spare?.length ?? 0) : 0);
  const bounds: [number, number, number] = [0, length, capacity];
  for (const [i, index] of indexes.entries()) {
    // The indexes are taken as they are: one inside an interface is no number to Go here.
    const number = indexNumber(index, capacity);
    if ("error" in number) return failed(number.error);
    bounds[i] = number.at;
  }
  const [from, to, limit] = bounds;
  if (from > to) return failed(`invalid slice index: ${from} > ${to}`);
  if (indexes.length === 3 && to > limit) return failed(`invalid slice index: ${to} > ${limit}`);
  if (item.kind === "string") return gave({ ...item, value: byteSlice(item.value, from, to) });
  return sliceList(item, from, to, limit, indexes.length);
}

function sliceList(
  item: GoSliceValue | GoArrayValue,
  from: number,
  to: number,
  limit: number,
  count: number,
): GoOutcome {
  if (item.kind === "array" && !item.address) {
    return failed(`reflect.Value.Slice${count === 3 ? "3" : ""}: slice of unaddressable array`);
  }
  if (item.items === null) return gave(item);
  const all = [...item.items, ...((item.kind === "slice" && item.spare) || [])];
  const type = item.kind === "slice" ? item.type : sliceOf(item.type.element);
  return gave({ kind: "slice", type, items: all.slice(from, to), spare: all.slice(to, limit) });
}

/** `len x`; the length of a string is in bytes. */
export function lengthOf(given: GoValue | undefined): GoOutcome {
  const { value, isNil } = indirect(given);
  if (isNil) return failed("len of nil pointer");
  if (!value) return failed("reflect: call of reflect.Value.Type on zero Value");
  switch (value.kind) {
    case "string":
      return gave(intValue(byteLength(value.value)));
    case "slice":
    case "array":
      return gave(intValue(value.items?.length ?? 0));
    case "map":
      return gave(intValue(value.entries?.size ?? 0));
    default:
      return failed(`len of type ${typeName(value.type)}`);
  }
}
