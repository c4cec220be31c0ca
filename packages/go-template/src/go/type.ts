import type { GoOutcome, GoValue } from "./value.ts";

/** The Go types a template can meet. They decide how values print, compare, and what error messages call them. */
export type GoType =
  | GoBasicType
  | GoSliceType
  | GoArrayType
  | GoMapType
  | GoPointerType
  | GoStructType
  | GoFuncType
  | GoInterfaceType
  | GoReflectType;

/** A method of a named type. */
export interface GoMethod {
  /** Declared on the pointer: a plain value that cannot be addressed lacks it. */
  readonly onPointer: boolean;
  readonly type: GoFuncType;
  /** `receiver` is the pointer when `onPointer`, else the value itself. */
  readonly call: (receiver: GoValue, args: readonly GoValue[]) => GoOutcome;
}

interface Named {
  readonly methods?: ReadonlyMap<string, GoMethod>;
}

export interface GoBasicType extends Named {
  readonly kind: "bool" | "int" | "uint" | "float" | "complex" | "string";
  readonly name: string;
  readonly bits: number;
}

export interface GoSliceType {
  readonly kind: "slice";
  readonly element: GoType;
}

export interface GoArrayType {
  readonly kind: "array";
  readonly length: number;
  readonly element: GoType;
}

export interface GoMapType {
  readonly kind: "map";
  readonly key: GoType;
  readonly element: GoType;
}

export interface GoPointerType {
  readonly kind: "pointer";
  readonly element: GoType;
}

export interface GoField {
  readonly name: string;
  readonly type: GoType;
}

export interface GoStructType extends Named {
  readonly kind: "struct";
  readonly name: string;
  readonly fields: readonly GoField[];
}

export interface GoFuncType {
  readonly kind: "func";
  readonly params: readonly GoType[];
  /** The last parameter is a slice that takes all remaining arguments. */
  readonly variadic: boolean;
  /** One result, or two of which the second is `error`. */
  readonly results: readonly GoType[];
}

/** `name` is empty for `interface {}`. */
export interface GoInterfaceType {
  readonly kind: "interface";
  readonly name: "" | "error";
}

/** `reflect.Value`: a parameter that takes anything as it stands, even nothing. Only built-in functions have it. */
export interface GoReflectType {
  readonly kind: "reflect";
}

const basic = (kind: GoBasicType["kind"], name: string, bits: number): GoBasicType => ({ kind, name, bits });

export const goBool = basic("bool", "bool", 8);
export const goString = basic("string", "string", 0);
export const goInt = basic("int", "int", 64);
export const goInt64 = basic("int", "int64", 64);
export const goUint8 = basic("uint", "uint8", 8);
export const goUint64 = basic("uint", "uint64", 64);
export const goFloat32 = basic("float", "float32", 32);
export const goFloat64 = basic("float", "float64", 64);
export const goComplex128 = basic("complex", "complex128", 128);
export const goAny: GoInterfaceType = { kind: "interface", name: "" };
export const goErrorType: GoInterfaceType = { kind: "interface", name: "error" };
export const goReflectValue: GoReflectType = { kind: "reflect" };

export const sliceOf = (element: GoType): GoSliceType => ({ kind: "slice", element });
export const arrayOf = (length: number, element: GoType): GoArrayType => ({ kind: "array", length, element });
export const mapOf = (key: GoType, element: GoType): GoMapType => ({ kind: "map", key, element });
export const pointerTo = (element: GoType): GoPointerType => ({ kind: "pointer", element });

/** The type of a function; for a variadic one the last parameter is given as a slice, as Go's reflection does. */
export function funcOf(
  params: readonly GoType[],
  results: GoType | readonly GoType[],
  options: { readonly variadic?: boolean } = {},
): GoFuncType {
  return {
    kind: "func",
    params,
    variadic: options.variadic ?? false,
    results: "kind" in results ? [results] : results,
  };
}

/** The name Go prints for a type: `map[string]interface {}`, `*main.Command`, `func(int, int) int`. */
export function typeName(type: GoType): string {
  switch (type.kind) {
    case "slice":
      return `[]${typeName(type.element)}`;
    case "array":
      return `[${type.length}]${typeName(type.element)}`;
    case "map":
      return `map[${typeName(type.key)}]${typeName(type.element)}`;
    case "pointer":
      return `*${typeName(type.element)}`;
    case "func":
      return funcName(type);
    case "interface":
      return type.name || "interface {}";
    case "reflect":
      return "reflect.Value";
    default:
      return type.name;
  }
}

function funcName(type: GoFuncType): string {
  const params = type.params.map((param, i) => {
    const last = type.variadic && i === type.params.length - 1 && param.kind === "slice";
    return last ? `...${typeName(param.element)}` : typeName(param);
  });
  const results = type.results.map(typeName);
  const tail = results.length === 1 ? ` ${results[0]}` : results.length ? ` (${results.join(", ")})` : "";
  return `func(${params.join(", ")})${tail}`;
}

/** Named types carry unique names, so equal names are equal types. */
export function sameType(a: GoType, b: GoType): boolean {
  return a === b || (a.kind === b.kind && typeName(a) === typeName(b));
}

/** The methods that a value of this type has without being addressable. */
export function methodOf(type: GoType, name: string): GoMethod | undefined {
  if (type.kind === "pointer") {
    return "methods" in type.element ? type.element.methods?.get(name) : undefined;
  }
  const method = "methods" in type ? type.methods?.get(name) : undefined;
  return method?.onPointer ? undefined : method;
}

/** Whether a value of type `from` may be given where `to` is wanted, without conversion. */
export function assignable(from: GoType, to: GoType): boolean {
  if (to.kind === "interface")
    return to.name === "" || (from.kind === "interface" && from.name === to.name) || isError(from);
  return sameType(from, to);
}

/** Has `Error() string`. */
export function isError(type: GoType): boolean {
  return methodOf(type, "Error") !== undefined || (type.kind === "interface" && type.name === "error");
}

/** Has `String() string`. */
export function isStringer(type: GoType): boolean {
  return methodOf(type, "String") !== undefined;
}

/** Whether `==` is defined on the type. */
export function isComparable(type: GoType): boolean {
  switch (type.kind) {
    case "slice":
    case "map":
    case "func":
      return false;
    case "array":
      return isComparable(type.element);
    case "struct":
      return type.fields.every((field) => isComparable(field.type));
    default:
      return true;
  }
}

/** Whether untyped nil fits. */
export function canBeNil(type: GoType): boolean {
  return ["func", "interface", "map", "pointer", "slice", "reflect"].includes(type.kind);
}
