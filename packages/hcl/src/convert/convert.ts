import { goQuote } from "@kiln/sdk";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import type { BigFloat } from "../values/big-float.ts";
import { parseNumber } from "../values/big-float-parse.ts";
import { numberText } from "../values/big-float-text.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { definitelyNotNull, lengthBounds } from "../values/refine.ts";
import { setValue } from "../values/set.ts";
import {
  type CollectionType,
  isCollection,
  isPrimitive,
  listOf,
  type ObjectType,
  sameType,
  type TupleType,
  type Type,
  withoutOptional,
} from "../values/type.ts";
import {
  boolValue,
  inKeyOrder,
  nullValue,
  numberValue,
  type Refinement,
  sameTypes,
  stringValue,
  Unknown,
  unknownValue,
  Value,
} from "../values/value.ts";
import { type Convertible, mismatch } from "./mismatch.ts";
import { type Unified, unifyTypes } from "./unify.ts";

/** Turns a value of one type into one of another, or says why this one does not fit. */
type Conversion = (value: Value) => Outcome;

/** A conversion failed somewhere inside a value: `path` leads there, as in `.a[0]`. */
export class PathFault extends Fault {
  readonly path: string;
  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

function at(fault: Fault, step: string): Fault {
  return new PathFault(fault.message, step + (fault instanceof PathFault ? fault.path : ""));
}

const convertible: Convertible = (from, to, unsafe) => conversion(from, to, unsafe) !== undefined;

/** One type that all of these convert to, `unsafe` meaning that some values may not; undefined when there is none. */
export function unify(types: readonly Type[], unsafe: boolean): Unified | undefined {
  return unifyTypes(types, unsafe, convertible);
}

/** Why a value of type `got` can never become one of type `want`. */
export function mismatchMessage(got: Type, want: Type): string {
  return mismatch(got, want, convertible);
}

/** The value as one of type `want`, by every conversion there is, or why not. */
export function convert(value: Value, want: Type): Outcome {
  if (sameType(value.type, want)) return value;
  const plain = withoutOptional(want);
  if (plain !== want && sameType(value.type, plain)) return value;
  const how = conversion(value.type, want, true);
  return how ? how(value) : new Fault(mismatchMessage(value.type, want));
}

/**
 * How values of type `from` become values of type `to`; undefined when they never do. Unsafe conversions may fail for some
 * values. Follows cty's `convert` package: primitives through strings, tuples to lists, objects to maps and to objects
 * with fewer attributes.
 */
function conversion(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  const inner = plainConversion(from, to, unsafe);
  if (!inner) return undefined;
  const guarded: Conversion = (value) => {
    if (value.marks !== undefined) {
      const result = guarded(unmark(value));
      return result instanceof Fault ? result : withMarks(result, value.marks);
    }
    if (to.kind === "dynamic") return value;
    if (!value.isKnown) return convertedUnknown(value, settle(value.type, withoutOptional(to)));
    if (value.isNull) return nullValue(settle(value.type, withoutOptional(to)));
    return inner(value);
  };
  return guarded;
}

/** The wanted type with its open places filled from the actual type. */
function settle(actual: Type, want: Type): Type {
  if (want.kind === "dynamic") return actual.kind === "dynamic" ? want : actual;
  if (isCollection(want)) {
    if (isCollection(actual)) return { kind: want.kind, element: settle(actual.element, want.element) };
    if (want.kind === "map" && actual.kind === "object")
      return { kind: "map", element: settleAll([...actual.attributes.values()], want.element) };
    if (actual.kind === "tuple") return { kind: want.kind, element: settleAll(actual.elements, want.element) };
    return want;
  }
  if (want.kind === "object") {
    const attributes = new Map<string, Type>();
    for (const [name, type] of want.attributes) {
      const theirs =
        actual.kind === "object" ? actual.attributes.get(name) : actual.kind === "map" ? actual.element : undefined;
      attributes.set(name, theirs ? settle(theirs, type) : type);
    }
    return { kind: "object", attributes, optional: want.optional };
  }
  if (want.kind === "tuple" && actual.kind === "tuple") {
    return { kind: "tuple", elements: want.elements.map((t, i) => settle(actual.elements[i] ?? t, t)) };
  }
  return want;
}

function settleAll(actual: readonly Type[], want: Type): Type {
  if (actual.length === 0) return want;
  const types = actual.map((t) => settle(t, want));
  return unify(types, true)?.type ?? want;
}

function convertedUnknown(value: Value, type: Type): Value {
  if (type.kind === "dynamic") return unknownValue(type);
  const refinement: { -readonly [K in keyof Refinement]: Refinement[K] } = {};
  if (definitelyNotNull(value)) refinement.notNull = true;
  const from = value.type;
  if (value.raw instanceof Unknown && isCollection(type) && isCollection(from)) {
    const { min, max } = lengthBounds(value);
    if (type.kind === "set") {
      if (min > 0) refinement.minLength = from.kind === "set" ? min : 1;
    } else if (min > 0) refinement.minLength = min;
    if (Number.isFinite(max)) refinement.maxLength = max;
  } else if (isCollection(type) && from.kind === "tuple") {
    const n = from.elements.length;
    refinement.minLength = type.kind === "set" ? Math.min(n, 1) : n;
    refinement.maxLength = n;
  } else if (type.kind === "map" && from.kind === "object") {
    refinement.minLength = from.attributes.size;
    refinement.maxLength = from.attributes.size;
  }
  return unknownValue(type, refinement);
}

function plainConversion(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  if (to.kind === "dynamic") return (value) => value;
  if (from.kind === "dynamic") return unsafe ? (value) => fromDynamic(value, to) : undefined;
  if (isPrimitive(from) && isPrimitive(to)) return primitive(from, to, unsafe);
  if (to.kind === "object") {
    if (from.kind === "object") return objectToObject(from, to, unsafe);
    return from.kind === "map" && unsafe ? mapToObject(from, to) : undefined;
  }
  if (to.kind === "tuple") return from.kind === "tuple" ? tupleToTuple(from, to, unsafe) : undefined;
  if (!isCollection(to)) return undefined;
  if (to.kind === "map") {
    if (from.kind === "map") return collection(from, to, unsafe);
    return from.kind === "object" ? structural([...from.attributes.values()], to, unsafe) : undefined;
  }
  if (from.kind === "tuple") return structural(from.elements, to, unsafe);
  if (from.kind !== "list" && from.kind !== "set") return undefined;
  if (to.kind === "set" && from.kind === "list" && !unsafe) return undefined;
  return collection(from, to, unsafe);
}

/** A value whose type was not known when the conversion was chosen: choose again. */
function fromDynamic(value: Value, to: Type): Outcome {
  return value.type.kind === "dynamic" ? value : convert(value, to);
}

function primitive(from: Type, to: Type, unsafe: boolean): Conversion | undefined {
  if (from.kind === to.kind) return (value) => value;
  if (to.kind === "string") {
    if (from.kind === "number") return (value) => stringValue(numberText(value.raw as BigFloat));
    return (value) => stringValue(value.raw === true ? "true" : "false");
  }
  if (from.kind !== "string" || !unsafe) return undefined;
  if (to.kind === "number") {
    return (value) => {
      const n = parseNumber(value.text);
      return n ? numberValue(n) : new Fault("a number is required");
    };
  }
  return (value) => {
    if (value.text === "true" || value.text === "1") return boolValue(true);
    if (value.text === "false" || value.text === "0") return boolValue(false);
    const lower = value.text.toLowerCase();
    if (value.text !== lower && (lower === "true" || lower === "false")) {
      if (/^(True|TRUE|False|FALSE)$/.test(value.text)) {
        return new Fault(`a bool is required; to convert from string, use lowercase "${lower}"`);
      }
    }
    return new Fault("a bool is required");
  };
}

function collection(from: CollectionType, to: CollectionType, unsafe: boolean): Conversion | undefined {
  const same = sameType(from.element, to.element);
  const element = same ? undefined : conversion(from.element, to.element, unsafe);
  if (!same && !element) return undefined;
  return (value) => {
    const emptyElement = to.element.kind === "dynamic" ? from.element : withoutOptional(to.element);
    if (value.raw instanceof Map) return buildMap(value.entries, () => element, emptyElement);
    // Unknown elements of a set may turn out equal to others, so nobody can tell how many there will be; cty does not convert them then.
    if (from.kind === "set" && to.kind === "list" && value.items.some((item) => !item.isKnown)) {
      return unknownValue(listOf(from.element));
    }
    return buildSequence(value.items, () => element, to.kind, emptyElement);
  };
}

function structural(types: readonly Type[], to: CollectionType, unsafe: boolean): Conversion | undefined {
  let element = to.element;
  if (types.length > 0 && element.kind === "dynamic") {
    const unified = unify(types, unsafe);
    if (!unified) return undefined;
    element = unified.type;
    if (element.kind === "dynamic" && types.some((t) => t.kind !== "dynamic")) return undefined;
  }
  const steps: (Conversion | undefined)[] = [];
  for (const type of types) {
    if (sameType(type, element)) steps.push(undefined);
    else {
      const step = conversion(type, element, unsafe);
      if (!step) return undefined;
      steps.push(step);
    }
  }
  const plain = withoutOptional(element);
  return (value) => {
    if (value.raw instanceof Map) return buildMap(value.entries, (i) => steps[i], plain);
    return buildSequence(value.items, (i) => steps[i], to.kind, plain);
  };
}

type Step = (index: number) => Conversion | undefined;

function buildSequence(items: readonly Value[], step: Step, kind: CollectionType["kind"], empty: Type): Outcome {
  const made: Value[] = [];
  for (const [i, item] of items.entries()) {
    const result = step(i)?.(item) ?? item;
    if (result instanceof Fault) return at(result, `[${i}]`);
    made.push(result);
  }
  const elements = oneType(made);
  if (!elements) return new Fault(`element types must all match for conversion to ${kind}`);
  const element = elements[0]?.type ?? empty;
  return kind === "set" ? setValue(elements, element) : new Value({ kind: "list", element }, elements);
}

function buildMap(entries: ReadonlyMap<string, Value>, step: Step, empty: Type): Outcome {
  const made: [string, Value][] = [];
  let i = 0;
  for (const [key, item] of entries) {
    const result = step(i++)?.(item) ?? item;
    if (result instanceof Fault) return at(result, `[${goQuote(key)}]`);
    made.push([key, result]);
  }
  const elements = oneType(made.map(([, v]) => v));
  if (!elements) return new Fault("element types must all match for conversion to map");
  const element = elements[0]?.type ?? empty;
  return new Value({ kind: "map", element }, new Map(made.map(([key], n) => [key, elements[n] as Value])));
}

/** The values, converted further if an open element type let them differ; undefined if that cannot be done. */
function oneType(values: readonly Value[]): readonly Value[] | undefined {
  if (sameTypes(values)) return values;
  const unified = unify(
    values.map((v) => v.type),
    true,
  );
  if (!unified) return undefined;
  const made = values.map((v) => convert(v, unified.type));
  return made.every((v) => v instanceof Value) && sameTypes(made) ? made : undefined;
}

function objectToObject(from: ObjectType, to: ObjectType, unsafe: boolean): Conversion | undefined {
  const steps = new Map<string, Conversion | undefined>();
  for (const [name, type] of to.attributes) {
    const theirs = from.attributes.get(name);
    if (!theirs) {
      if (!to.optional.has(name)) return undefined;
      continue;
    }
    const step = sameType(theirs, type) ? undefined : conversion(theirs, type, unsafe);
    if (!step && !sameType(theirs, type)) return undefined;
    steps.set(name, step);
  }
  return (value) => {
    const made: [string, Value][] = [];
    for (const [name, item] of value.entries) {
      if (!steps.has(name)) continue;
      const result = steps.get(name)?.(item) ?? item;
      if (result instanceof Fault) return at(result, `.${name}`);
      made.push([name, result]);
    }
    for (const name of to.optional) {
      if (!steps.has(name)) made.push([name, nullValue(to.attributes.get(name) ?? { kind: "dynamic" })]);
    }
    return objectFrom(made);
  };
}

function objectFrom(made: readonly (readonly [string, Value])[]): Value {
  const sorted = inKeyOrder(made);
  const attributes = new Map([...sorted].map(([k, v]) => [k, v.type]));
  return new Value({ kind: "object", attributes, optional: new Set() }, sorted);
}

function mapToObject(from: CollectionType, to: ObjectType): Conversion | undefined {
  const steps = new Map<string, Conversion | undefined>();
  for (const [name, type] of to.attributes) {
    const step = sameType(from.element, type) ? undefined : conversion(from.element, type, true);
    if (!step && !sameType(from.element, type)) return undefined;
    steps.set(name, step);
  }
  return (value) => {
    const made: [string, Value][] = [];
    for (const [name, type] of to.attributes) {
      const item = value.entries.get(name);
      if (!item) {
        if (!to.optional.has(name)) return new Fault(`map has no element for required attribute "${name}"`);
        made.push([name, nullValue(type)]);
        continue;
      }
      const result = steps.get(name)?.(item) ?? item;
      if (result instanceof Fault) return at(result, `[${goQuote(name)}]`);
      made.push([name, result]);
    }
    return objectFrom(made);
  };
}

function tupleToTuple(from: TupleType, to: TupleType, unsafe: boolean): Conversion | undefined {
  if (from.elements.length !== to.elements.length) return undefined;
  const steps: (Conversion | undefined)[] = [];
  for (const [i, type] of to.elements.entries()) {
    const theirs = from.elements[i];
    if (!theirs) return undefined;
    const step = sameType(theirs, type) ? undefined : conversion(theirs, type, unsafe);
    if (!step && !sameType(theirs, type)) return undefined;
    steps.push(step);
  }
  return (value) => {
    const made: Value[] = [];
    for (const [i, item] of value.items.entries()) {
      const result = steps[i]?.(item) ?? item;
      if (result instanceof Fault) return at(result, `[${i}]`);
      made.push(result);
    }
    return new Value({ kind: "tuple", elements: made.map((v) => v.type) }, made);
  };
}
