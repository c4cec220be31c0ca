import { type BigFloat, numberText, type Value } from "@kiln/hcl";
import { isOpen, unknownText } from "./to-plain.ts";

/** A value as `console` and `inspect` show it. Source: core-behaviour §1.7. */
export function printValue(value: Value): string {
  if (isOpen(value)) return unknownText;
  return typeof value.raw === "string" ? value.raw : nested(value, "");
}

function nested(value: Value, indent: string): string {
  const { raw } = value;
  if (raw === null) return "null";
  if (typeof raw === "string") return JSON.stringify(raw);
  if (typeof raw === "boolean") return String(raw);
  const inner = `${indent}  `;
  if (Array.isArray(raw)) {
    if (raw.length === 0) return "[]";
    return `[\n${value.items.map((item) => `${inner}${nested(item, inner)},\n`).join("")}${indent}]`;
  }
  if (raw instanceof Map) {
    const members = [...value.entries].filter(([, member]) => !member.isNull);
    if (members.length === 0) return "{}";
    const lines = members.map(([name, member]) => `${inner}${JSON.stringify(name)} = ${nested(member, inner)}\n`);
    return `{\n${lines.join("")}${indent}}`;
  }
  return numberShown(raw as BigFloat);
}

/** A whole number exactly, which knows no negative zero; any other as the nearest double. */
function numberShown(number: BigFloat): string {
  if (number.isZero) return "0";
  return number.isWhole ? numberText(number) : String(number.toNumber());
}
