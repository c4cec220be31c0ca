import { convert } from "../convert/convert.ts";
import { graphemeCount } from "../syntax/source-text.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { equal } from "../values/equality.ts";
import { isWhollyKnown } from "../values/marks.ts";
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
  UNKNOWN,
  unknownValue,
  Value,
} from "../values/value.ts";
import { anything, type Functions, number, sequenceTypes, text, wholeNumber } from "./arguments.ts";
import { ArgumentFault } from "./function.ts";

const sequence = (items: readonly Value[], type: Type): Value => new Value(type, items);

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

const MUST_BE_MAP = "must have map or object type";

/** Functions that look into collections, and those of maps and objects. */
export const collectionFunctions: Functions = {
  length: {
    parameters: [anything("value", { allowDynamic: true, allowUnknown: true })],
    returns: lengthType,
    notNull: true,
    call: length,
  },
  element: {
    parameters: [anything("list", { keepInner: true }), number("index")],
    returns: elementType,
    call: element,
  },
  contains: {
    parameters: [anything("list"), anything("value", { allowNull: true })],
    returns: BOOL,
    notNull: true,
    call: contains,
  },
  index: { parameters: [anything("list"), anything("value")], returns: NUMBER, notNull: true, call: index },
  lookup: {
    parameters: [
      anything("inputMap", { keepInner: true }),
      text("key", { keepInner: true }),
      anything("default", { keepInner: true }),
    ],
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
    parameters: [anything("mapping", { keepInner: true })],
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
    variadic: anything("maps", { allowDynamic: true, allowNull: true, keepInner: true }),
    returns: mergedType,
    notNull: true,
    call: merge,
  },
  zipmap: {
    parameters: [{ name: "keys", type: listOf(STRING), keepInner: true }, anything("values", { keepInner: true })],
    returns: zippedType,
    notNull: true,
    call: zipmap,
  },
};
