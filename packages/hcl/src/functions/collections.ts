import { convert, unify } from "../convert/convert.ts";
import { graphemeCount } from "../syntax/source-text.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { definitelyEqual, equal } from "../values/equality.ts";
import { isWhollyKnown, withMarks } from "../values/marks.ts";
import { lengthBounds } from "../values/refine.ts";
import {
  BOOL,
  DYNAMIC,
  EMPTY_OBJECT,
  listOf,
  NUMBER,
  objectOf,
  STRING,
  sameType,
  type Type,
  tupleOf,
  typeName,
} from "../values/type.ts";
import {
  boolValue,
  inKeyOrder,
  integerValue,
  mapValue,
  objectValue,
  stringValue,
  tupleValue,
  UNKNOWN,
  unknownValue,
  Value,
} from "../values/value.ts";
import { anything, type Functions, number, sequenceTypes, text, wholeNumber } from "./arguments.ts";
import { ArgumentFault } from "./function.ts";

const list = (name: string): { readonly name: string; readonly type: Type } => ({ name, type: listOf(DYNAMIC) });
const values = (v: Value): readonly Value[] => (v.raw instanceof Map ? [...v.entries.values()] : v.items);

/** Length of anything that has one; of strings in grapheme clusters. */
function length([value]: readonly Value[]): Outcome {
  if (!value) return UNKNOWN;
  const { type } = value;
  if (type.kind === "tuple") return integerValue(type.elements.length);
  if (type.kind === "object") return integerValue(type.attributes.size);
  if (type.kind === "dynamic") return unknownValue(NUMBER);
  if (type.kind === "string") {
    if (value.isKnown) return integerValue(graphemeCount(value.text));
    return unknownValue(NUMBER, { notNull: true, min: { value: BigFloat.whole(0), inclusive: true } });
  }
  const { min, max } = lengthBounds(value);
  if (min === max) return integerValue(min);
  const most = Number.isFinite(max) ? BigFloat.whole(max) : BigFloat.whole(2n ** 63n - 1n);
  return unknownValue(NUMBER, {
    notNull: true,
    min: { value: BigFloat.whole(min), inclusive: true },
    max: { value: most, inclusive: true },
  });
}

function lengthType([value]: readonly Value[]): Type | Fault {
  const kind = value?.type.kind ?? "dynamic";
  if (kind === "number" || kind === "bool" || kind === "capsule") {
    return new Fault("argument must be a string, a collection type, or a structural type");
  }
  return NUMBER;
}

function wrapped(index: number, size: number): number {
  return ((index % size) + size) % size;
}

const EMPTY = "cannot use element function with an empty list";

function elementType([source, index]: readonly Value[]): Type | Fault {
  const type = source?.type;
  if (type?.kind === "list") return type.element;
  if (type?.kind !== "tuple") return new Fault(`cannot read elements from ${type ? typeName(type) : ""}`);
  if (!index?.isKnown) return DYNAMIC;
  const at = wholeNumber(index);
  if (at instanceof Fault) return new Fault(`invalid index: ${at.message}`);
  if (type.elements.length === 0) return new Fault(EMPTY);
  return type.elements[wrapped(at, type.elements.length)] ?? DYNAMIC;
}

function element([source, index]: readonly Value[], type: Type): Outcome {
  const at = wholeNumber(index as Value);
  if (at instanceof Fault) return new Fault(`invalid index: ${at.message}`);
  if (!source?.isKnown) return unknownValue(type);
  if (source.items.length === 0) return new Fault(EMPTY);
  return source.items[wrapped(at, source.items.length)] ?? unknownValue(type);
}

function contains([source, wanted]: readonly Value[]): Outcome {
  const kind = source?.type.kind;
  if (kind !== "list" && kind !== "tuple" && kind !== "set") {
    return new Fault("argument must be list, tuple, or set");
  }
  let open = false;
  for (const item of source?.items ?? []) {
    const same = equal(item, wanted as Value);
    if (same.raw === true) return boolValue(true);
    open ||= !same.isKnown;
  }
  return open ? unknownValue(BOOL) : boolValue(false);
}

/** Packer's own: position of the first equal element. */
function index([source, wanted]: readonly Value[]): Outcome {
  if (!source || !sequenceTypes(source.type)) return new Fault("argument must be a list or tuple");
  if (!source.isKnown) return unknownValue(NUMBER);
  if (source.items.length === 0) return new Fault("cannot search an empty list");
  for (const [i, item] of source.items.entries()) {
    const same = equal(item, wanted as Value);
    if (!same.isKnown) return unknownValue(NUMBER);
    if (same.raw === true) return integerValue(i);
  }
  return new Fault("item not found");
}

function lookupType([source, key, fallback]: readonly Value[]): Type | Fault {
  const type = source?.type;
  if (type?.kind === "object") {
    if (!key?.isKnown) return DYNAMIC;
    return type.attributes.get(key.text) ?? fallback?.type ?? DYNAMIC;
  }
  if (type?.kind !== "map") return new ArgumentFault(0, "lookup() requires a map as the first argument");
  if (fallback && convert(fallback, type.element) instanceof Fault) {
    return new ArgumentFault(2, "the default value must have the same type as the map elements");
  }
  return type.element;
}

function lookup([source, key, fallback]: readonly Value[], type: Type): Outcome {
  if (!source || !isWhollyKnown(source)) return unknownValue(type);
  const found = source.entries.get(key?.text ?? "");
  return found ?? convert(fallback as Value, type);
}

const REQUIRES_MAP = "values() requires a map as the first argument";

function mergedType(args: readonly Value[]): Type | Fault {
  const [first] = args;
  if (!first) return EMPTY_OBJECT;
  const attributes = new Map<string, Type>();
  let known = true;
  for (const arg of args) {
    const { type } = arg;
    if (type.kind === "dynamic") return DYNAMIC;
    if (type.kind !== "map" && type.kind !== "object") {
      return new Fault(`arguments must be maps or objects, got "${typeName(type)}"`);
    }
    if (arg.isNull) continue;
    if (type.kind === "object") for (const [name, t] of type.attributes) attributes.set(name, t);
    else if (arg.isKnown) for (const name of arg.entries.keys()) attributes.set(name, type.element);
    else known = false;
  }
  if (args.every((arg) => sameType(arg.type, first.type))) return first.type;
  return known ? objectOf(inKeyOrder(attributes)) : DYNAMIC;
}

function merge(args: readonly Value[], type: Type): Outcome {
  const merged = new Map<string, Value>();
  for (const arg of args) for (const [key, value] of arg.entries) merged.set(key, value);
  return type.kind === "map" ? mapValue(merged, type.element) : objectValue(merged);
}

const NOT_SAME = "all arguments must have the same type";

function coalesceType(args: readonly Value[]): Type | Fault {
  return (
    unify(
      args.map((a) => a.type),
      true,
    )?.type ?? new Fault(NOT_SAME)
  );
}

function coalesce(args: readonly Value[], type: Type): Outcome {
  for (const arg of args) {
    const value = convert(arg, type);
    if (value instanceof Fault) return value;
    if (!value.isKnown) return unknownValue(type);
    if (value.isNull || (type.kind === "string" && value.text === "")) continue;
    return value;
  }
  return new Fault("no non-null, non-empty-string arguments");
}

function coalesceListType(args: readonly Value[]): Type | Fault {
  const [first] = args;
  if (!first) return new Fault("at least one argument is required");
  for (const arg of args) {
    if (!arg.isKnown) return DYNAMIC;
    if (!sequenceTypes(arg.type)) return new Fault("coalescelist arguments must be lists or tuples");
  }
  return args.every((a) => sameType(a.type, first.type)) ? first.type : DYNAMIC;
}

function concatType(args: readonly Value[]): Type | Fault {
  if (args.length === 0) return new Fault("at least one argument is required");
  if (args.every((a) => a.type.kind === "list")) {
    const unified = unify(
      args.map((a) => a.type),
      true,
    );
    if (unified?.type.kind === "list") return unified.type;
  }
  const elements: Type[] = [];
  let open = false;
  for (const [i, arg] of args.entries()) {
    const { type } = arg;
    if (type.kind === "tuple") elements.push(...type.elements);
    else if (type.kind === "list") {
      if (!arg.isKnown) open = true;
      for (const _ of arg.items) elements.push(type.element);
    } else return new ArgumentFault(i, `all arguments must be lists or tuples; got ${typeName(type)}`);
  }
  return open ? DYNAMIC : tupleOf(elements);
}

function concat(args: readonly Value[], type: Type): Outcome {
  const items: Value[] = [];
  for (const arg of args) {
    const source = type.kind === "list" ? convert(arg, type) : arg;
    if (source instanceof Fault) return source;
    if (!source.isKnown) return unknownValue(type);
    items.push(...source.items);
  }
  return type.kind === "list" ? new Value(type, items) : tupleValue(items);
}

const sequence = (items: readonly Value[], type: Type): Value => new Value(type, items);
const asGiven = ([source]: readonly Value[]): Type => source?.type ?? DYNAMIC;

function distinct([source]: readonly Value[], type: Type): Outcome {
  if (!source || !isWhollyKnown(source)) return unknownValue(type);
  const kept: Value[] = [];
  const simple = new Set<unknown>();
  for (const item of source.items) {
    if (typeof item.raw === "string" || typeof item.raw === "boolean") {
      if (simple.has(item.raw)) continue;
      simple.add(item.raw);
    } else if (kept.some((other) => definitelyEqual(other, item))) continue;
    kept.push(item);
  }
  return sequence(kept, type);
}

function chunklist([source, size]: readonly Value[], type: Type): Outcome {
  const n = wholeNumber(size as Value);
  if (n instanceof Fault) return new Fault(`invalid size: ${n.message}`);
  if (n < 0) return new Fault("the size argument must be positive");
  if (!source?.isKnown) return unknownValue(type);
  const items = source.items;
  if (items.length === 0) return sequence([], type);
  const step = n === 0 ? items.length : n;
  const chunks: Value[] = [];
  for (let i = 0; i < items.length; i += step) chunks.push(sequence(items.slice(i, i + step), source.type));
  return sequence(chunks, type);
}

/** All elements of lists in lists in one; undefined when an unknown one leaves their number open. */
function flattened(source: Value, into: Value[], marks: Set<string>): boolean {
  for (const mark of source.marks ?? []) marks.add(mark);
  if (!source.isKnown || (source.type.kind === "set" && !isWhollyKnown(source))) return false;
  for (const item of source.items) {
    const { kind } = item.type;
    if (kind === "dynamic" && !item.isKnown) return false;
    if (kind !== "list" && kind !== "set" && kind !== "tuple") into.push(item);
    else if (item.isNull) into.push(item);
    else if (!flattened(item, into, marks)) return false;
  }
  return true;
}

function flatten([source]: readonly Value[]): Value | Fault {
  const kind = source?.type.kind;
  if (!source || (kind !== "list" && kind !== "set" && kind !== "tuple")) {
    return new Fault("can only flatten lists, sets and tuples");
  }
  const items: Value[] = [];
  const marks = new Set<string>();
  return flattened(source, items, marks) ? withMarks(tupleValue(items), marks) : UNKNOWN;
}

function reversedType([source]: readonly Value[]): Type | Fault {
  const type = source?.type ?? DYNAMIC;
  if (type.kind === "tuple") return tupleOf([...type.elements].reverse());
  if (type.kind === "list" || type.kind === "set") return listOf(type.element);
  return new ArgumentFault(0, `can only reverse list or tuple values, not ${typeName(type)}`);
}

interface Bounds {
  readonly from: number | undefined;
  readonly to: number | undefined;
}

function sliceBounds([source, start, end]: readonly Value[]): Bounds | Fault {
  const limit =
    source?.type.kind === "tuple" ? source.type.elements.length : source?.isKnown ? source.items.length : undefined;
  let from: number | undefined;
  let to: number | undefined;
  if (start?.isKnown) {
    const n = wholeNumber(start);
    if (n instanceof Fault) return new ArgumentFault(1, `invalid start index: ${n.message}`);
    if (n < 0) return new ArgumentFault(1, "start index must not be less than zero");
    if (limit !== undefined && n > limit) {
      return new ArgumentFault(1, "start index must not be greater than the length of the list");
    }
    from = n;
  }
  if (end?.isKnown) {
    const n = wholeNumber(end);
    if (n instanceof Fault) return new ArgumentFault(2, `invalid end index: ${n.message}`);
    if (n < 0) return new ArgumentFault(2, "end index must not be less than zero");
    if (limit !== undefined && n > limit) {
      return new ArgumentFault(2, "end index must not be greater than the length of the list");
    }
    to = n;
  }
  if (from !== undefined && to !== undefined && from > to) {
    return new ArgumentFault(1, "start index must not be greater than end index");
  }
  return { from, to };
}

function slicedType(args: readonly Value[]): Type | Fault {
  const type = args[0]?.type ?? DYNAMIC;
  if (type.kind === "set") {
    return new ArgumentFault(
      0,
      "cannot slice a set, because its elements do not have indices; explicitly convert to a list if the ordering of the result is not important",
    );
  }
  if (!sequenceTypes(type)) return new ArgumentFault(0, "must be a list or tuple value");
  const bounds = sliceBounds(args);
  if (bounds instanceof Fault) return bounds;
  if (type.kind !== "tuple") return type;
  if (bounds.from === undefined || bounds.to === undefined) return DYNAMIC;
  return tupleOf(type.elements.slice(bounds.from, bounds.to));
}

function slice(args: readonly Value[], type: Type): Outcome {
  const bounds = sliceBounds(args);
  if (bounds instanceof Fault) return bounds;
  const [source] = args;
  return source?.isKnown ? sequence(source.items.slice(bounds.from, bounds.to), type) : unknownValue(type);
}

function zippedType([keys, source]: readonly Value[]): Type | Fault {
  const type = source?.type ?? DYNAMIC;
  if (type.kind === "list") return { kind: "map", element: type.element };
  if (type.kind !== "tuple") return new Fault("values argument must be a list or tuple value");
  if (!keys || !isWhollyKnown(keys)) return DYNAMIC;
  if (keys.items.length !== type.elements.length) return lengthsDiffer(keys.items.length, type.elements.length);
  const attributes = new Map<string, Type>();
  for (const [i, key] of keys.items.entries()) {
    if (key.isNull) return new Fault(`keys list has null value at index ${i}`);
    attributes.set(key.text, type.elements[i] ?? DYNAMIC);
  }
  return objectOf(inKeyOrder(attributes));
}

const lengthsDiffer = (keys: number, values: number): Fault =>
  new Fault(`number of keys (${keys}) does not match number of values (${values})`);

function zipmap([keys, source]: readonly Value[], type: Type): Outcome {
  if (!keys || !source || !isWhollyKnown(keys) || !source.isKnown) return unknownValue(type);
  if (keys.items.length !== source.items.length) return lengthsDiffer(keys.items.length, source.items.length);
  const made = new Map<string, Value>();
  for (const [i, key] of keys.items.entries()) {
    if (key.isNull) return new Fault(`keys list has null value at index ${i}`);
    made.set(key.text, source.items[i] as Value);
  }
  return type.kind === "map" ? mapValue(made, type.element) : objectValue(made);
}

function sorted([source]: readonly Value[], type: Type): Outcome {
  if (!source) return UNKNOWN;
  if (!source.isKnown) {
    const { min, max } = lengthBounds(source);
    return unknownValue(type, {
      notNull: true,
      ...(min > 0 && { minLength: min }),
      ...(Number.isFinite(max) && { maxLength: max }),
    });
  }
  if (!isWhollyKnown(source)) return unknownValue(type);
  const missing = source.items.findIndex((v) => v.isNull);
  if (missing >= 0) return new Fault(`given list element ${missing} is null; a null string cannot be sorted`);
  return sequence(
    [...source.items].sort((a, b) => (a.text === b.text ? 0 : byText(a.text, b.text))),
    type,
  );
}

function byText(a: string, b: string): number {
  const x = Array.from(a, (c) => c.codePointAt(0) ?? 0);
  const y = Array.from(b, (c) => c.codePointAt(0) ?? 0);
  for (let i = 0; i < x.length && i < y.length; i++) {
    if (x[i] !== y[i]) return (x[i] ?? 0) - (y[i] ?? 0);
  }
  return x.length - y.length;
}

function allTrue([source]: readonly Value[]): Outcome {
  let open = false;
  for (const item of source?.items ?? []) {
    if (!item.isKnown) open = true;
    else if (item.raw !== true) return boolValue(false);
  }
  return open ? unknownValue(BOOL) : boolValue(true);
}

function anyTrue([source]: readonly Value[]): Outcome {
  let open = false;
  for (const item of source?.items ?? []) {
    if (!item.isKnown) open = true;
    else if (item.raw === true) return boolValue(true);
  }
  return open ? unknownValue(BOOL) : boolValue(false);
}

const MUST_BE_MAP = "must have map or object type";

export const collectionFunctions: Functions = {
  length: {
    parameters: [anything("value", { allowDynamic: true, allowUnknown: true })],
    returns: lengthType,
    notNull: true,
    call: length,
  },
  element: { parameters: [anything("list"), number("index")], returns: elementType, call: element },
  contains: {
    parameters: [anything("list"), anything("value", { allowNull: true })],
    returns: BOOL,
    notNull: true,
    call: contains,
  },
  index: { parameters: [anything("list"), anything("value")], returns: NUMBER, notNull: true, call: index },
  lookup: {
    parameters: [anything("inputMap", { keepInner: true }), text("key"), anything("default", { keepInner: true })],
    returns: lookupType,
    call: lookup,
  },
  keys: {
    parameters: [anything("inputMap", { allowUnknown: true, keepInner: true })],
    returns: ([source]) => {
      const type = source?.type;
      if (type?.kind === "map") return listOf(STRING);
      if (type?.kind === "object") return tupleOf([...type.attributes.keys()].map(() => STRING));
      return new ArgumentFault(0, MUST_BE_MAP);
    },
    notNull: true,
    call: ([source], type) => {
      if (source?.type.kind === "object") return sequence([...source.type.attributes.keys()].map(stringValue), type);
      return source?.isKnown ? sequence([...source.entries.keys()].map(stringValue), type) : unknownValue(type);
    },
  },
  values: {
    parameters: [anything("mapping")],
    returns: ([source]) => {
      const type = source?.type;
      if (type?.kind === "map") return listOf(type.element);
      return type?.kind === "object" ? tupleOf([...type.attributes.values()]) : new Fault(REQUIRES_MAP);
    },
    notNull: true,
    call: ([source], type) => sequence(values(source as Value), type),
  },
  merge: {
    parameters: [],
    variadic: anything("maps", { allowDynamic: true, allowNull: true }),
    returns: mergedType,
    notNull: true,
    call: merge,
  },
  coalesce: {
    parameters: [],
    variadic: anything("vals", { allowUnknown: true, allowDynamic: true, allowNull: true }),
    returns: coalesceType,
    call: coalesce,
  },
  coalescelist: {
    parameters: [],
    variadic: anything("vals", { allowUnknown: true, allowDynamic: true, allowNull: true }),
    returns: coalesceListType,
    notNull: true,
    call: (args, type) => {
      for (const arg of args) {
        if (!arg.isKnown) return unknownValue(type);
        if (arg.items.length > 0) return arg;
      }
      return new Fault("no non-null arguments");
    },
  },
  concat: {
    parameters: [],
    variadic: anything("seqs", { keepInner: true }),
    returns: concatType,
    notNull: true,
    call: concat,
  },
  compact: {
    parameters: [{ name: "list", type: listOf(STRING) }],
    returns: listOf(STRING),
    notNull: true,
    call: ([source], type) => {
      if (!source || !isWhollyKnown(source)) return unknownValue(type);
      return sequence(
        source.items.filter((v) => !v.isNull && v.text !== ""),
        type,
      );
    },
  },
  distinct: { parameters: [list("list")], returns: asGiven, notNull: true, call: distinct },
  chunklist: {
    parameters: [list("list"), number("size")],
    returns: (args) => listOf(asGiven(args)),
    notNull: true,
    call: chunklist,
  },
  flatten: {
    parameters: [anything("list", { keepInner: true })],
    returns: (args) => {
      const [source] = args;
      const kind = source?.type.kind;
      if (kind !== "list" && kind !== "set" && kind !== "tuple") {
        return new Fault("can only flatten lists, sets and tuples");
      }
      const made = source && flatten(args);
      return made instanceof Value ? made.type : DYNAMIC;
    },
    notNull: true,
    call: flatten,
  },
  reverse: {
    parameters: [anything("list", { keepInner: true })],
    returns: reversedType,
    notNull: true,
    call: ([source], type) => sequence([...(source?.items ?? [])].reverse(), type),
  },
  slice: {
    parameters: [anything("list"), number("start_index"), number("end_index")],
    returns: slicedType,
    notNull: true,
    call: slice,
  },
  zipmap: {
    parameters: [{ name: "keys", type: listOf(STRING) }, anything("values")],
    returns: zippedType,
    notNull: true,
    call: zipmap,
  },
  sort: {
    parameters: [{ name: "list", type: listOf(STRING), allowUnknown: true }],
    returns: listOf(STRING),
    notNull: true,
    call: sorted,
  },
  alltrue: {
    parameters: [{ name: "list", type: listOf(BOOL) }],
    returns: BOOL,
    notNull: true,
    call: allTrue,
  },
  anytrue: {
    parameters: [{ name: "list", type: listOf(BOOL) }],
    returns: BOOL,
    notNull: true,
    call: anyTrue,
  },
};
