import { block, blocks, duration, flag, list, map, num, ofText, required, text } from "@kiln/sdk";
import { expect, it } from "vitest";
import { optionsSchema } from "./json-schema.ts";

const loose = ["string", "number", "boolean", "null"];

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
      name: { type: ["string", "number", "boolean"], description: "Its name." },
      kind: { enum: ["a", "b"], deprecated: true },
      size: { type: ["number", "string", "boolean", "null"], default: 8 },
      fast: { type: ["boolean", "string", "number", "null"] },
      wait: { type: ["string", "number", "null"], default: "90s" },
      lines: { anyOf: [{ type: "array", items: { type: loose } }, { type: loose }] },
      tags: { type: ["object", "array", "null"], additionalProperties: { type: loose } },
      one: { properties: { a: { type: loose } } },
      many: { anyOf: [{ type: "array", items: { properties: { b: {} } } }, { properties: { b: {} } }] },
    },
  });
  expect(schema["properties"]).not.toHaveProperty("secret");
});
