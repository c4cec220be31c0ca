import type { Field, Schema } from "@kiln/sdk";
import { fieldOf } from "../../json/fields.ts";
import type { JsonNode, ObjectNode } from "../../json/node.ts";
import { goFloat } from "../../json/weak.ts";
import { type UpgradeNames, upgradeText } from "./convert-text.ts";
import { quoted } from "./quote-hcl.ts";

/** Options of a component as the lines of an HCL2 block. Without a schema, shapes are guessed from the values, as Packer does. */
export function optionLines(node: ObjectNode, schema: Schema | undefined, names: UpgradeNames): readonly string[] {
  const attributes: string[] = [];
  const blocks: string[] = [];
  for (const { key, value } of node.members.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const known = schema && fieldOf(schema, key);
    const name = known?.name ?? key;
    if (isBlock(value, known?.field)) {
      for (const item of value.kind === "array" ? value.items : [value]) {
        if (item.kind === "object") blocks.push(...block(name, item, known?.field.fields, names));
      }
    } else if (isNothing(value)) continue;
    else attributes.push(`${attributeName(name)} = ${optionValue(value, known?.field, names)}`);
  }
  return [...attributes, ...blocks];
}

function block(name: string, node: ObjectNode, fields: Schema | undefined, names: UpgradeNames): readonly string[] {
  return [`${name} {`, ...optionLines(node, fields, names), "}"];
}

function attributeName(name: string): string {
  return /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) ? name : quoted(name);
}

function isNothing(node: JsonNode): boolean {
  return (node.kind === "array" && node.items.length === 0) || (node.kind === "literal" && node.value === null);
}

function isBlock(node: JsonNode, field: Field | undefined): boolean {
  if (field) return field.nesting === "block" && (node.kind === "object" || node.kind === "array");
  if (node.kind === "array") return node.items.length > 0 && node.items.every((item) => item.kind === "object");
  return node.kind === "object" && node.members.some(({ value }) => value.kind === "object" || value.kind === "array");
}

/** Packer's JSON is loose about types where HCL2 is not: values take the form that their option needs. */
function optionValue(node: JsonNode, field: Field | undefined, names: UpgradeNames): string {
  if (field?.type === "list" && node.kind === "string") return listFromText(node.value, names);
  if (field?.type === "list" && node.kind !== "array") return `[${optionValue(node, field.element, names)}]`;
  if (field?.type === "list" && node.kind === "array")
    return listOf(node.items.map((item) => optionValue(item, field.element, names)));
  if (field?.type === "map" && node.kind === "object") return objectValue(node, field.element, names);
  if (field?.type === "string" && node.kind === "literal" && typeof node.value === "boolean")
    return node.value ? '"1"' : '"0"';
  if (field?.type === "duration" && node.kind === "number") return `"${goFloat(node.value)}ns"`;
  return plainValue(node, names);
}

function listFromText(text: string, names: UpgradeNames): string {
  if (text.includes("{{")) return `split(",", ${upgradeText(text, names)})`;
  return listOf(text.split(",").map((item) => quoted(item)));
}

/** Short lists stand on one line, as people write them. */
function listOf(items: readonly string[]): string {
  const line = `[${items.join(", ")}]`;
  return line.length <= 100 && !line.includes("\n") ? line : `[\n${items.map((item) => `${item},\n`).join("")}]`;
}

function objectValue(node: ObjectNode, element: Field | undefined, names: UpgradeNames): string {
  if (node.members.length === 0) return "{}";
  const lines = node.members
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ key, value }) => `${memberName(key, names)} = ${optionValue(value, element, names)}\n`);
  return `{\n${lines.join("")}}`;
}

function memberName(key: string, names: UpgradeNames): string {
  if (/^[\p{L}_][\p{L}\p{N}_-]*$/u.test(key)) return key;
  return upgradeText(key, names);
}

/** A JSON value of any shape. */
export function plainValue(node: JsonNode, names: UpgradeNames): string {
  switch (node.kind) {
    case "string":
      return upgradeText(node.value, names);
    case "number":
      return goFloat(node.value);
    case "literal":
      return String(node.value);
    case "array":
      return listOf(node.items.map((item) => plainValue(item, names)));
    case "object":
      return objectValue(node, undefined, names);
  }
}
