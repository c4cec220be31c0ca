import { BigFloat } from "./big-float.ts";
import {
  BOOL,
  DYNAMIC,
  listOf,
  mapOf,
  NUMBER,
  objectOf,
  STRING,
  sameType,
  setOf,
  type Type,
  tupleOf,
  withoutOptional,
} from "./type.ts";

/** What is certain about a value that is not known yet. Bounds are inclusive or not; lengths are of collections. */
export interface Refinement {
  readonly notNull?: true;
  readonly prefix?: string;
  readonly min?: { readonly value: BigFloat; readonly inclusive: boolean };
  readonly max?: { readonly value: BigFloat; readonly inclusive: boolean };
  readonly minLength?: number;
  readonly maxLength?: number;
}

/** In place of contents: a value to be known later. */
export class Unknown {
  readonly refinement: Refinement;
  constructor(refinement: Refinement = {}) {
    this.refinement = refinement;
  }
}

/** Contents of a value of a capsule type. */
export class Capsule {
  readonly held: unknown;
  constructor(held: unknown) {
    this.held = held;
  }
}

export type Marks = ReadonlySet<string>;
export type Raw =
  | null
  | boolean
  | string
  | BigFloat
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Unknown
  | Capsule;

/**
 * An HCL value: a type, contents, and the marks (such as `sensitive`) that follow it through every operation. The model
 * is cty's: any type can be null or unknown; map and object entries are held in key order, set elements in set order.
 */
export class Value {
  readonly type: Type;
  readonly raw: Raw;
  readonly marks: Marks | undefined;

  constructor(type: Type, raw: Raw, marks?: Marks) {
    this.type = type;
    this.raw = raw;
    this.marks = marks !== undefined && marks.size > 0 ? marks : undefined;
  }

  get isNull(): boolean {
    return this.raw === null;
  }

  get isKnown(): boolean {
    return !(this.raw instanceof Unknown);
  }

  /** Contents of a sequence or set; empty for anything else. */
  get items(): readonly Value[] {
    return Array.isArray(this.raw) ? (this.raw as readonly Value[]) : [];
  }

  /** Contents of a map or object; empty for anything else. */
  get entries(): ReadonlyMap<string, Value> {
    return this.raw instanceof Map ? this.raw : NO_ENTRIES;
  }

  /** Contents of a string; empty for anything else. */
  get text(): string {
    return typeof this.raw === "string" ? this.raw : "";
  }
}

const NO_ENTRIES: ReadonlyMap<string, Value> = new Map();
const PLAIN_ASCII = /^[\0-\x7f]*$/;

/** A string value, NFC-normalised as all HCL strings are. */
export function stringValue(text: string): Value {
  return new Value(STRING, PLAIN_ASCII.test(text) ? text : text.normalize("NFC"));
}

export const TRUE = new Value(BOOL, true);
export const FALSE = new Value(BOOL, false);
export const boolValue = (b: boolean): Value => (b ? TRUE : FALSE);
export const numberValue = (n: BigFloat): Value => new Value(NUMBER, n);
/** A whole number. */
export const integerValue = (n: number | bigint): Value => new Value(NUMBER, BigFloat.whole(n));

export const nullValue = (type: Type): Value => new Value(withoutOptional(type), null);
export const NULL = new Value(DYNAMIC, null);

const NO_REFINEMENT = new Unknown();
export function unknownValue(type: Type, refinement?: Refinement): Value {
  return new Value(type, refinement === undefined ? NO_REFINEMENT : new Unknown(refinement));
}
/** Nothing is known, not even the type. Also what an expression yields where it failed. */
export const UNKNOWN = new Value(DYNAMIC, NO_REFINEMENT);

export function tupleValue(items: readonly Value[]): Value {
  return new Value(tupleOf(items.map((v) => v.type)), items);
}

/** Entries in code-point order of their keys, the order in which HCL iterates. */
export function inKeyOrder<T>(entries: Iterable<readonly [string, T]>): Map<string, T> {
  return new Map([...entries].sort(([a], [b]) => compareText(a, b)));
}

/** Order of two strings by their UTF-8 bytes, which is code-point order. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x === y) continue;
    const surrogates = Number(x >= 0xd800 && x < 0xe000) - Number(y >= 0xd800 && y < 0xe000);
    // UTF-16 puts the planes above the first before U+E000; UTF-8 does not.
    return surrogates === 0 ? x - y : surrogates;
  }
  return a.length - b.length;
}

export function objectValue(entries: ReadonlyMap<string, Value> | Readonly<Record<string, Value>>): Value {
  const pairs = entries instanceof Map ? [...entries] : Object.entries(entries);
  const sorted = inKeyOrder<Value>(pairs as [string, Value][]);
  return new Value(objectOf(new Map([...sorted].map(([k, v]) => [k, v.type]))), sorted);
}

/** A list of values that already have one type; `element` is that of an empty list. */
export function listValue(items: readonly Value[], element: Type = DYNAMIC): Value {
  return new Value(listOf(items[0]?.type ?? element), items);
}

export function mapValue(entries: ReadonlyMap<string, Value>, element: Type = DYNAMIC): Value {
  const sorted = inKeyOrder(entries);
  const first = sorted.values().next().value;
  return new Value(mapOf(first?.type ?? element), sorted);
}

/** A set as it is; use `setValue` of set.ts, which removes duplicates and orders. */
export const rawSet = (items: readonly Value[], element: Type, marks?: Marks): Value =>
  new Value(setOf(element), items, marks);

/** Whether all values have one type, as the elements of a list must. */
export function sameTypes(values: readonly Value[]): boolean {
  const first = values[0];
  return first === undefined || values.every((v) => sameType(v.type, first.type));
}
