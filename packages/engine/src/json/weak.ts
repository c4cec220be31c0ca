import { parseGoBoolean } from "@kiln/sdk";
import type { JsonNode } from "./node.ts";
import { goKind, goType } from "./node.ts";

/**
 * Conversions between plain values as Go's mapstructure makes them with "weak" typing on, and its words when it cannot. Packer decodes
 * the options of every component so.
 */
export type Converted<T> = { readonly value: T } | { readonly refusal: string };

/** Text from a string, a number (no exponent, shortest form) or a boolean (`1` or `0`). */
export function weakString(node: JsonNode, name: string): Converted<string> {
  if (node.kind === "string") return { value: node.value };
  if (node.kind === "number") return { value: goFloat(node.value) };
  if (node.kind === "literal" && node.value !== null) return { value: node.value ? "1" : "0" };
  return unconvertible(node, name, "string");
}

/** A whole number: fractions are cut off; strings may be `0x1f`, `0b1`, `0o7`, `017`, `1_000`. Nothing is 0. */
export function weakInteger(node: JsonNode, name: string): Converted<number> {
  if (node.kind === "number") return { value: Math.trunc(node.value) };
  if (node.kind === "literal" && node.value !== null) return { value: node.value ? 1 : 0 };
  if (node.kind !== "string") return unconvertible(node, name, "int");
  const value = node.value === "" ? 0 : parseGoInteger(node.value);
  if (typeof value === "number") return { value };
  const cause = value === "range" ? "value out of range" : "invalid syntax";
  return { refusal: `cannot parse '${name}' as int: strconv.ParseInt: parsing ${quote(node.value)}: ${cause}` };
}

/** True from `1 t T TRUE true True` and any number but 0; an empty string is undefined: the template does not say. */
export function weakBoolean(node: JsonNode, name: string): Converted<boolean | undefined> {
  if (node.kind === "literal" && node.value !== null) return { value: node.value };
  if (node.kind === "number") return { value: node.value !== 0 };
  if (node.kind !== "string") return unconvertible(node, name, "bool");
  if (node.value === "") return { value: undefined };
  const value = parseGoBoolean(node.value);
  if (value !== undefined) return { value };
  return { refusal: `cannot parse '${name}' as bool: strconv.ParseBool: parsing ${quote(node.value)}: invalid syntax` };
}

export function unconvertible(node: JsonNode, name: string, wanted: string): { readonly refusal: string } {
  return {
    refusal: `'${name}' expected type '${wanted}', got unconvertible type '${goType(node)}', value: '${goPrint(node)}'`,
  };
}

export function notAMap(node: JsonNode, name: string): { readonly refusal: string } {
  return { refusal: `'${name}' expected a map, got '${goKind(node)}'` };
}

export function notAList(node: JsonNode, name: string): { readonly refusal: string } {
  return { refusal: `'${name}': source data must be an array or slice, got ${goKind(node)}` };
}

/** Why Go refuses a duration. */
export function durationRefusal(text: string, name: string): string {
  const missingUnit = /^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(text);
  const unit = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^.\d]+)/.exec(text)?.[1];
  if (missingUnit) return `error decoding '${name}': time: missing unit in duration ${quote(text)}`;
  if (unit && !/^(?:ns|us|µs|μs|ms|s|m|h)$/.test(unit))
    return `error decoding '${name}': time: unknown unit ${quote(unit)} in duration ${quote(text)}`;
  return `error decoding '${name}': time: invalid duration ${quote(text)}`;
}

/** `strconv.ParseInt(text, 0, 64)`; beyond 2^53 the nearest number. */
export function parseGoInteger(text: string): number | "syntax" | "range" {
  const [, sign = "", body = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const based = /^0([xXbBoO])((?:_?[\da-fA-F])+)$/.exec(body);
  const octal = /^0((?:_?[0-7])+)$/.exec(body);
  let literal: string | undefined;
  if (based) literal = `0${based[1]}${based[2]?.replaceAll("_", "")}`;
  else if (octal) literal = `0o${octal[1]?.replaceAll("_", "")}`;
  else if (/^(?:0|[1-9](?:_?\d)*)$/.test(body)) literal = body.replaceAll("_", "");
  if (literal === undefined) return "syntax";
  let value: bigint;
  try {
    value = BigInt(literal);
  } catch {
    return "syntax";
  }
  if (value >= 2n ** 63n + (sign === "-" ? 1n : 0n)) return "range";
  return Number(sign === "-" ? -value : value);
}

/** `strconv.FormatFloat(value, 'f', -1, 64)`. */
export function goFloat(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const text = String(value);
  const [, sign = "", digits = "", fraction = "", exponent = ""] = /^(-?)(\d)(?:\.(\d+))?e-(\d+)$/.exec(text) ?? [];
  return exponent === "" ? text : `${sign}0.${"0".repeat(Number(exponent) - 1)}${digits}${fraction}`;
}

/** A value as Go's `%v` prints it, in the error texts. */
export function goPrint(node: JsonNode): string {
  switch (node.kind) {
    case "object": {
      const members = node.members.toSorted((a, b) => (a.key < b.key ? -1 : 1));
      return `map[${members.map((m) => `${m.key}:${goPrint(m.value)}`).join(" ")}]`;
    }
    case "array":
      return `[${node.items.map(goPrint).join(" ")}]`;
    case "string":
      return node.value;
    case "number":
      return goExponent(node.value);
    case "literal":
      return node.value === null ? "<nil>" : String(node.value);
  }
}

/** `%v` of a float64: an exponent from 1e21 up and below 1e-4. */
function goExponent(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e21)) return goFloat(value);
  return value.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
}

/** `%q` for the texts of errors. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
