import { readFileSync } from "node:fs";
import type { Field, Schema } from "@kiln/sdk";
import { expect, it } from "vitest";
import { config } from "./config.ts";

interface Published {
  readonly name: string;
  readonly type: string;
  readonly internal?: boolean;
  readonly nested?: readonly Published[];
}
const file = new URL("../test-data/qemu-options.json", import.meta.url);
const { options } = JSON.parse(readFileSync(file, "utf8")) as { readonly options: readonly Published[] };

/** `list(list(string))` of a field, as the published list writes it. Durations are strings there. */
function typeOf(field: Field): string {
  if (field.type === "object") return field.nesting;
  const element = field.element ? `(${typeOf(field.element)})` : "";
  return `${field.type === "duration" ? "string" : field.type}${element}`;
}
function shapeOf(schema: Schema): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(schema).map(([name, field]) => [name, typeOf(field)]));
}

it("takes every published option, of its published type, and no other", () => {
  const published = options.filter((option) => !option.internal);
  const expected = Object.fromEntries(published.map(({ name, type }) => [name, type]));
  // Keys that builders hand over among themselves, which no template writes.
  const { ssh_public_key: _, ssh_private_key: __, ...ours } = shapeOf(config);
  const { ssh_public_key: ___, ssh_private_key: ____, ...theirs } = expected;
  expect(ours).toEqual(theirs);
  const nested = published.find(({ name }) => name === "qemu_img_args")?.nested ?? [];
  expect(shapeOf(config.qemu_img_args.fields ?? {})).toEqual(Object.fromEntries(nested.map((o) => [o.name, o.type])));
});

it("describes every option in a sentence", () => {
  const schema: Schema = config;
  for (const [name, { doc }] of Object.entries(schema)) expect(doc, name).toMatch(/^[A-Z`].*\.$/s);
});
