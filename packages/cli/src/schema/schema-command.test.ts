import { Registry } from "@kiln/engine";
import { expect, it } from "vitest";
import { families } from "../families.ts";
import { kindAndType, refusal } from "./schema-command.ts";
import { templateSchema } from "./template-schema.ts";

const registry = new Registry(families);

it("knows the kind of a type that only one kind has", () => {
  expect(kindAndType(registry, "amazon-ebs")).toEqual(["builder", "amazon-ebs"]);
  expect(kindAndType(registry, "shell-local")).toEqual([]);
});

it.each([
  [
    ["shell-local"],
    'There is more than one "shell-local". Say which: provisioner shell-local, post-processor shell-local.',
  ],
  [["amazon-ebz"], 'There is no component "amazon-ebz". Did you mean "amazon-ebs"?'],
  [["builder"], expect.stringMatching(/^Which builder\? Types: .*null/)],
  [["builder", "nul"], 'There is no builder "nul". Did you mean "null"?'],
  [["biulder", "null"], expect.stringMatching(/^There is no kind of component called "biulder"/)],
])("says why %j names no component", (args, why) => {
  expect(refusal(registry, args)).toEqual(why);
});

it("lets the engine's own members be as loose as they are read", async () => {
  const { $defs } = await templateSchema(registry);
  const names = expect.objectContaining({ anyOf: expect.arrayContaining([{ type: ["string", "number"] }]) });
  const properties = { only: names, except: names, pause_before: { type: ["string", "number"] } };
  expect($defs).toMatchObject({ "provisioner.shell-local": { properties } });
});
