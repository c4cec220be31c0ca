import type { Complex } from "./number-literal.ts";
import type {
  GoArrayType,
  GoBasicType,
  GoFuncType,
  GoInterfaceType,
  GoMapType,
  GoPointerType,
  GoSliceType,
  GoStructType,
  GoType,
} from "./type.ts";
import { goAny, goBool, goComplex128, goFloat64, goInt, goString, mapOf, sliceOf, typeName } from "./type.ts";

/** A Go value with its type: what templates compute with. `undefined` in its place is Go's "no value". */
export type GoValue =
  | GoBoolValue
  | GoIntegerValue
  | GoFloatValue
  | GoComplexValue
  | GoStringValue
  | GoSliceValue
  | GoArrayValue
  | GoMapValue
  | GoPointerValue
  | GoStructValue
  | GoFuncValue
  | GoInterfaceValue;

interface Addressable {
  /** Set where Go could take the value's address: reached through a pointer or a slice. */
  readonly address?: GoPointerValue;
}

export interface GoBoolValue extends Addressable {
  readonly kind: "bool";
  readonly type: GoBasicType;
  readonly value: boolean;
}
export interface GoIntegerValue extends Addressable {
  readonly kind: "int" | "uint";
  readonly type: GoBasicType;
  readonly value: bigint;
}
export interface GoFloatValue extends Addressable {
  readonly kind: "float";
  readonly type: GoBasicType;
  readonly value: number;
}
export interface GoComplexValue extends Addressable {
  readonly kind: "complex";
  readonly type: GoBasicType;
  readonly value: Complex;
}
export interface GoStringValue extends Addressable {
  readonly kind: "string";
  readonly type: GoBasicType;
  readonly value: string;
}
export interface GoSliceValue extends Addressable {
  readonly kind: "slice";
  readonly type: GoSliceType;
  /** null is a nil slice. */
  readonly items: readonly GoValue[] | null;
  /** Elements behind the end that `slice` can still reach. */
  readonly spare?: readonly GoValue[];
}
export interface GoArrayValue extends Addressable {
  readonly kind: "array";
  readonly type: GoArrayType;
  readonly items: readonly GoValue[];
}
export interface GoMapValue extends Addressable {
  readonly kind: "map";
  readonly type: GoMapType;
  /** By `mapKey` of the key; null is a nil map. */
  readonly entries: ReadonlyMap<string, readonly [key: GoValue, value: GoValue]> | null;
}
export interface GoPointerValue extends Addressable {
  readonly kind: "pointer";
  readonly type: GoPointerType;
  readonly target: GoValue | null;
}
export interface GoStructValue extends Addressable {
  readonly kind: "struct";
  readonly type: GoStructType;
  /** In the order of the type's fields. */
  readonly fields: readonly GoValue[];
}
/** What a function gave: a value (or nothing), or an error in Go's words. */
export type GoOutcome =
  | { readonly ok: true; readonly value: GoValue | undefined }
  | {
      readonly ok: false;
      readonly message: string;
      /** More for the person reading: what to do about it. Not part of Go's message. */
      readonly detail?: string;
    };
export interface GoFuncValue extends Addressable {
  readonly kind: "func";
  readonly type: GoFuncType;
  /**
   * Arguments are checked against the type before the call. A `reflect.Value` or interface parameter may get
   * `undefined` (nil). A promise makes the function usable in `executeAsync` alone. What it throws is a machine
   * failure and leaves the executor as it is.
   */
  readonly call: ((args: readonly (GoValue | undefined)[]) => GoOutcome | Promise<GoOutcome>) | null;
}
export interface GoInterfaceValue extends Addressable {
  readonly kind: "interface";
  readonly type: GoInterfaceType;
  readonly inner: GoValue | null;
}

/** A function's success. */
export function gave(value: GoValue | undefined): GoOutcome {
  return { ok: true, value };
}

/** A function's error, in the words that follow `error calling NAME: `. */
export function failed(message: string, detail?: string): GoOutcome {
  return { ok: false, message, ...(detail !== undefined && { detail }) };
}

export const boolValue = (value: boolean): GoBoolValue => ({ kind: "bool", type: goBool, value });
export const stringValue = (value: string, type: GoBasicType = goString): GoStringValue => ({
  kind: "string",
  type,
  value,
});
export const floatValue = (value: number, type: GoBasicType = goFloat64): GoFloatValue => ({
  kind: "float",
  type,
  value,
});
export const complexValue = (value: Complex): GoComplexValue => ({ kind: "complex", type: goComplex128, value });

export function intValue(value: bigint | number, type: GoBasicType = goInt): GoIntegerValue {
  return { kind: type.kind === "uint" ? "uint" : "int", type, value: BigInt(value) };
}

/** Wraps for a place of interface type; a value that already is an interface stays. */
export function interfaceValue(inner: GoValue | undefined, type: GoInterfaceType = goAny): GoInterfaceValue {
  return inner?.kind === "interface" ? inner : { kind: "interface", type, inner: inner ?? null };
}

/** The value as it sits in a place of that type: wrapped when the place is an interface. */
export function stored(value: GoValue | undefined, type: GoType): GoValue {
  if (type.kind === "interface") return interfaceValue(value, type);
  return value ?? zeroValue(type);
}

export function sliceValue(element: GoType, items: readonly GoValue[] | null): GoSliceValue {
  return { kind: "slice", type: sliceOf(element), items: items && items.map((item) => stored(item, element)) };
}

export function mapValue(
  key: GoType,
  element: GoType,
  entries: Iterable<readonly [GoValue, GoValue | undefined]> | null,
): GoMapValue {
  const type = mapOf(key, element);
  if (entries === null) return { kind: "map", type, entries: null };
  const byKey = new Map<string, readonly [GoValue, GoValue]>();
  for (const [name, value] of entries) byKey.set(mapKey(name), [stored(name, key), stored(value, element)]);
  return { kind: "map", type, entries: byKey };
}

export function pointerValue(target: GoValue): GoPointerValue {
  return { kind: "pointer", type: { kind: "pointer", element: target.type }, target };
}

export function funcValue(type: GoFuncType, call: NonNullable<GoFuncValue["call"]>): GoFuncValue {
  return { kind: "func", type, call };
}

/** An identity for map keys: equal keys of equal type have equal texts. */
export function mapKey(key: GoValue): string {
  const value = key.kind === "interface" ? key.inner : key;
  if (value === null) return "nil";
  if (value.kind === "string") return `${typeName(value.type)}:${value.value}`;
  if (value.kind === "bool" || value.kind === "int" || value.kind === "uint" || value.kind === "float") {
    return `${typeName(value.type)}:${value.value}`;
  }
  if (value.kind === "array") return `${typeName(value.type)}:${value.items.map(mapKey).join()}`;
  if (value.kind === "struct") return `${value.type.name}:${value.fields.map(mapKey).join()}`;
  return `${typeName(value.type)}:${String(value.kind === "complex" ? [value.value.re, value.value.im] : "")}`;
}

/** The value of a type that nobody set. */
export function zeroValue(type: GoType): GoValue {
  switch (type.kind) {
    case "bool":
      return { kind: "bool", type, value: false };
    case "int":
    case "uint":
      return { kind: type.kind, type, value: 0n };
    case "float":
      return { kind: "float", type, value: 0 };
    case "complex":
      return { kind: "complex", type, value: { re: 0, im: 0 } };
    case "string":
      return { kind: "string", type, value: "" };
    case "slice":
      return { kind: "slice", type, items: null };
    case "array":
      return { kind: "array", type, items: Array.from({ length: type.length }, () => zeroValue(type.element)) };
    case "map":
      return { kind: "map", type, entries: null };
    case "pointer":
      return { kind: "pointer", type, target: null };
    case "struct":
      return { kind: "struct", type, fields: type.fields.map((field) => zeroValue(field.type)) };
    case "func":
      return { kind: "func", type, call: null };
    case "interface":
      return { kind: "interface", type, inner: null };
    case "reflect":
      return { kind: "interface", type: goAny, inner: null };
  }
}

/** nil of its type (false for kinds that cannot be nil). */
export function isNil(value: GoValue): boolean {
  switch (value.kind) {
    case "slice":
      return value.items === null;
    case "map":
      return value.entries === null;
    case "pointer":
      return value.target === null;
    case "func":
      return value.call === null;
    case "interface":
      return value.inner === null;
    default:
      return false;
  }
}

/** What a pointer points to, remembering where it came from. */
export function pointee(pointer: GoPointerValue): GoValue | undefined {
  return pointer.target === null ? undefined : { ...pointer.target, address: pointer };
}

/** The value at an index, addressable in a slice. */
export function elementAt(list: GoSliceValue | GoArrayValue, index: number): GoValue | undefined {
  const item = list.items?.[index];
  if (item === undefined || (list.kind === "array" && !list.address)) return item;
  return { ...item, address: pointerValue(item) };
}

/** The field number `index`, addressable when the struct is. */
export function fieldAt(struct: GoStructValue, index: number): GoValue | undefined {
  const field = struct.fields[index];
  return field && struct.address ? { ...field, address: pointerValue(field) } : field;
}

/** The concrete value in an interface; undefined for a nil one. */
export function unwrapped(value: GoValue | undefined): GoValue | undefined {
  return value?.kind === "interface" ? (value.inner ?? undefined) : value;
}

/** Follows pointers and interfaces to the end; a nil one on the way is where it stops. */
export function indirect(value: GoValue | undefined): { readonly value: GoValue | undefined; readonly isNil: boolean } {
  let current = value;
  while (current && (current.kind === "pointer" || current.kind === "interface")) {
    if (isNil(current)) return { value: current, isNil: true };
    current = current.kind === "pointer" ? pointee(current) : unwrapped(current);
  }
  return { value: current, isNil: false };
}
