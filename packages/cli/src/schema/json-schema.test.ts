import { block, blocks, duration, flag, list, map, num, ofText, required, text } from "@kiln/sdk";
import { expect, it } from "vitest";
import { optionsSchema } from "./json-schema.ts";

it("describes every shape of option", () => {
  const schema = optionsSchema({
    name: required(text({ doc: "Its name." })),
    kind: text({ doc: "", choices: ["a", "b"], deprecated: { use: "name" } }),
    size: num({ doc: "", fallback: 8 }),
    fast: flag({ doc: "" }),
    wait: duration({ doc: "", fallback: 90_000 }),
    lines: list(ofText, { doc: "" }),
    tags: map(ofText, { doc: "" }),
    one: block({ a: text({ doc: "" }) }, { doc: "" }),
    many: blocks({ b: text({ doc: "" }) }, { doc: "" }),
    secret: text({ doc: "", hidden: true }),
  });
  expect(schema).toMatchObject({
    required: ["name"],
    additionalProperties: false,
    properties: {
      name: { type: "string", description: "Its name." },
      kind: { enum: ["a", "b"], deprecated: true },
      size: { type: ["number", "string"], default: 8 },
      fast: { type: ["boolean", "string"] },
      wait: { type: "string", default: "90s" },
      lines: { anyOf: [{ type: "array", items: { type: "string" } }, { type: "string" }] },
      tags: { additionalProperties: { type: "string" } },
      one: { properties: { a: { type: "string" } } },
      many: { anyOf: [{ type: "array", items: { properties: { b: {} } } }, { properties: { b: {} } }] },
    },
  });
  expect(schema["properties"]).not.toHaveProperty("secret");
});
