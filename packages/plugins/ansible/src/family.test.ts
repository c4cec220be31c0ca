import { readFileSync } from "node:fs";
import type { Schema } from "@kiln/sdk";
import { expect, it } from "vitest";
import { family } from "./index.ts";

interface Published {
  readonly name: string;
  readonly type: string;
  readonly internal?: boolean;
}
const types: Readonly<Record<string, string>> = { "list(string)": "list" };

it.each(["ansible", "ansible-local"])("%s knows every option, and each is documented", async (type) => {
  const component = await family.provisioners?.[type]?.();
  const config: Schema = component?.config ?? {};
  const file = new URL(`../test-data/${type}-options.json`, import.meta.url);
  const { options } = JSON.parse(readFileSync(file, "utf8")) as { readonly options: readonly Published[] };
  const published = options.filter((option) => !option.internal);
  const wanted = published.map(({ name, type: kind }) => [name, types[kind] ?? kind]);
  const known = Object.entries(config).map(([name, field]) => [name, field.type]);
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(wanted));
  for (const [name, field] of Object.entries(config)) expect(field.doc, name).toMatch(/\.$/);
  expect([component?.kind, component?.type]).toEqual(["provisioner", type]);
});

it("registers the resources it makes under their own names", async () => {
  for (const [kind, load] of Object.entries(family.resourceKinds ?? {})) expect((await load()).kind).toBe(kind);
});
