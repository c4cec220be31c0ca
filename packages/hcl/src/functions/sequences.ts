import { append } from "@kiln/sdk";
import { convert, unify } from "../convert/convert.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { definitelyEqual } from "../values/equality.ts";
import { isWhollyKnown, withMarks } from "../values/marks.ts";
import { lengthBounds } from "../values/refine.ts";
import { BOOL, DYNAMIC, listOf, STRING, sameType, type Type, tupleOf, typeName } from "../values/type.ts";
import { boolValue, compareText, tupleValue, UNKNOWN, unknownValue, Value } from "../values/value.ts";
import { anything, type Functions, number, sequenceTypes, wholeNumber } from "./arguments.ts";
import { ArgumentFault } from "./function.ts";

const list = (name: string): { readonly name: string; readonly type: Type } => ({ name, type: listOf(DYNAMIC) });
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
  for (const [i, arg] of args.entries()) {
    const { type } = arg;
    if (type.kind === "tuple") append(elements, type.elements);
    else if (type.kind === "list") {
      // What is behind a list of unknown length is not looked at.
      if (!arg.isKnown) return DYNAMIC;
      for (const _ of arg.items) elements.push(type.element);
    } else return new ArgumentFault(i, `all arguments must be lists or tuples; got ${typeName(type)}`);
  }
  return tupleOf(elements);
}

function concat(args: readonly Value[], type: Type): Outcome {
  const items: Value[] = [];
  for (const arg of args) {
    const source = type.kind === "list" ? convert(arg, type) : arg;
    if (source instanceof Fault) return source;
    if (!source.isKnown) return unknownValue(type);
    append(items, source.items);
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
  const items = source.raw instanceof Map ? source.entries.values() : source.items;
  for (const item of items) {
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
  const wanted = kind === "list" || kind === "set" || kind === "tuple";
  // cty does not look at the type as long as something in the argument is unknown.
  if (!source || (!wanted && isWhollyKnown(source))) return new Fault("can only flatten lists, sets and tuples");
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

const unsorted = (length: number, type: Type): Value =>
  sequence(
    Array.from({ length }, () => unknownValue(STRING)),
    type,
  );

function sorted([source]: readonly Value[], type: Type): Outcome {
  if (!source) return UNKNOWN;
  if (!source.isKnown) {
    const { min, max } = lengthBounds(source);
    if (min === max) return unsorted(min, type);
    return unknownValue(type, {
      notNull: true,
      ...(min > 0 && { minLength: min }),
      ...(Number.isFinite(max) && { maxLength: max }),
    });
  }
  // The order is open as long as an element is, the number of elements is not.
  if (!isWhollyKnown(source)) return unsorted(source.items.length, type);
  const missing = source.items.findIndex((v) => v.isNull);
  if (missing >= 0) return new Fault(`given list element ${missing} is null; a null string cannot be sorted`);
  return sequence(
    [...source.items].sort((a, b) => compareText(a.text, b.text)),
    type,
  );
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

/** Functions that make lists of lists, or truths of them. */
export const sequenceFunctions: Functions = {
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
    parameters: [{ ...list("list"), keepInner: true }, number("size", { keepInner: true })],
    returns: (args) => listOf(asGiven(args)),
    notNull: true,
    call: chunklist,
  },
  flatten: {
    parameters: [anything("list", { keepInner: true })],
    returns: (args) => {
      const made = flatten(args);
      return made instanceof Fault ? made : made.type;
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
    parameters: [anything("list", { keepInner: true }), number("start_index"), number("end_index")],
    returns: slicedType,
    notNull: true,
    call: slice,
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
