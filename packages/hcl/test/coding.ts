import { BigFloat } from "../src/values/big-float.ts";
import { parseNumber } from "../src/values/big-float-parse.ts";
import { numberText } from "../src/values/big-float-text.ts";
import { withMarks } from "../src/values/marks.ts";
import { setValue } from "../src/values/set.ts";
import { BOOL, DYNAMIC, NUMBER, objectOf, STRING, type Type, tupleOf } from "../src/values/type.ts";
import {
  boolValue,
  inKeyOrder,
  numberValue,
  type Refinement,
  stringValue,
  Unknown,
  Value,
} from "../src/values/value.ts";

/** Types and values as the conformance data writes them (see test-data/README.md). */
export type TypeCode = string | readonly [string, unknown];

export function decodeType(code: TypeCode): Type {
  if (typeof code === "string") {
    const simple: Record<string, Type> = { string: STRING, number: NUMBER, bool: BOOL, dynamic: DYNAMIC };
    return simple[code] ?? DYNAMIC;
  }
  const [kind, inner] = code;
  if (kind === "tuple") return tupleOf((inner as TypeCode[]).map(decodeType));
  if (kind === "object") {
    const entries = Object.entries(inner as Record<string, TypeCode>);
    return objectOf(inKeyOrder(entries.map(([k, t]) => [k, decodeType(t)] as const)));
  }
  return { kind: kind as "list" | "set" | "map", element: decodeType(inner as TypeCode) };
}

export function encodeType(type: Type): TypeCode {
  switch (type.kind) {
    case "list":
    case "set":
    case "map":
      return [type.kind, encodeType(type.element)];
    case "tuple":
      return ["tuple", type.elements.map(encodeType)];
    case "object":
      return ["object", Object.fromEntries([...type.attributes].map(([k, t]) => [k, encodeType(t)]))];
    default:
      return type.kind;
  }
}

function numberOf(text: string): BigFloat {
  if (text.endsWith("Infinity")) return BigFloat.infinity(text.startsWith("-"));
  return parseNumber(text) ?? BigFloat.whole(0);
}

const numberCode = (n: BigFloat): string => (n.infinite ? (n.negative ? "-Infinity" : "Infinity") : numberText(n));

interface RangeCode {
  notNull?: true;
  prefix?: string;
  min?: [string, boolean];
  max?: [string, boolean];
  minLen?: number;
  maxLen?: number;
}

function decodeRange(range: RangeCode): Refinement {
  return {
    ...(range.notNull && { notNull: true }),
    ...(range.prefix !== undefined && { prefix: range.prefix }),
    ...(range.min && { min: { value: numberOf(range.min[0]), inclusive: range.min[1] } }),
    ...(range.max && { max: { value: numberOf(range.max[0]), inclusive: range.max[1] } }),
    ...(range.minLen !== undefined && { minLength: range.minLen }),
    ...(range.maxLen !== undefined && { maxLength: range.maxLen }),
  };
}

function encodeRange(r: Refinement): RangeCode {
  return {
    ...(r.notNull && { notNull: true }),
    ...(r.prefix !== undefined && { prefix: r.prefix }),
    ...(r.min && { min: [numberCode(r.min.value), r.min.inclusive] as [string, boolean] }),
    ...(r.max && { max: [numberCode(r.max.value), r.max.inclusive] as [string, boolean] }),
    ...(r.minLength !== undefined && { minLen: r.minLength }),
    ...(r.maxLength !== undefined && { maxLen: r.maxLength }),
  };
}

export function decodeValue(code: unknown, type: Type): Value {
  if (code === null) return new Value(type, null);
  if (typeof code === "object" && "$unknown" in code) {
    const { $unknown, $range } = code as { $unknown: TypeCode; $range?: RangeCode };
    return new Value(decodeType($unknown), new Unknown(decodeRange($range ?? {})));
  }
  if (typeof code === "object" && "$marks" in code) {
    const { $marks, $value } = code as unknown as { $marks: string[]; $value: unknown };
    return withMarks(decodeValue($value, type), new Set($marks));
  }
  switch (type.kind) {
    case "string":
      return stringValue(String(code));
    case "number":
      return numberValue(numberOf(String(code)));
    case "bool":
      return boolValue(code === true);
    case "list":
      return new Value(
        type,
        (code as unknown[]).map((v) => decodeValue(v, type.element)),
      );
    case "set":
      return setValue(
        (code as unknown[]).map((v) => decodeValue(v, type.element)),
        type.element,
      );
    case "tuple":
      return new Value(
        type,
        (code as unknown[]).map((v, i) => decodeValue(v, type.elements[i] ?? DYNAMIC)),
      );
    case "map":
    case "object": {
      const entries = Object.entries(code as Record<string, unknown>);
      const of = (k: string): Type =>
        type.kind === "object" ? (type.attributes.get(k) ?? DYNAMIC) : "element" in type ? type.element : DYNAMIC;
      return new Value(type, inKeyOrder(entries.map(([k, v]) => [k, decodeValue(v, of(k))] as const)));
    }
    default:
      return new Value(DYNAMIC, null);
  }
}

export function encodeValue(value: Value): unknown {
  if (value.marks) {
    return { $marks: [...value.marks].sort(), $value: encodeValue(new Value(value.type, value.raw)) };
  }
  const { raw } = value;
  if (raw instanceof Unknown) {
    const range = encodeRange(raw.refinement);
    return { $unknown: encodeType(value.type), ...(Object.keys(range).length > 0 && { $range: range }) };
  }
  if (raw instanceof BigFloat) return numberCode(raw);
  if (Array.isArray(raw)) return value.items.map(encodeValue);
  if (raw instanceof Map) return Object.fromEntries([...value.entries].map(([k, v]) => [k, encodeValue(v)]));
  return raw;
}
