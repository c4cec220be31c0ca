import { describe, expect, it } from "vitest";
import { evaluate } from "../eval/evaluate.ts";
import { Scope } from "../eval/scope.ts";
import { listOf, STRING } from "../values/type.ts";
import { stringValue, tupleValue, unknownValue } from "../values/value.ts";
import type { Body } from "./body.ts";
import { expandDynamicBlocks } from "./dynamic-body.ts";
import { readJsonFile, readNativeFile } from "./read-file.ts";

const scope = new Scope({
  variables: new Map([
    ["names", tupleValue([stringValue("a"), stringValue("b")])],
    ["later", unknownValue(listOf(STRING))],
  ]),
});
const tag = { type: "tag", labels: ["name"] };

function tags(body: Body): unknown {
  const { content, diagnostics } = expandDynamicBlocks(body, scope).content({
    attributes: [{ name: "x" }],
    blocks: [tag],
  });
  expect(diagnostics).toEqual([]);
  return content.blocks.map((b) => {
    const { attributes } = b.body.content({ attributes: [{ name: "v" }], blocks: [{ type: "in" }] }).content;
    const v = attributes.get("v");
    return [b.labels, v && evaluate(v.expression, scope).value.raw];
  });
}

describe("expandDynamicBlocks", () => {
  it("generates a block per element, between the written ones", () => {
    const text = `tag "w" { v = "0" }
dynamic "tag" {
  for_each = names
  iterator = it
  labels   = ["\${it.key}-\${it.value}"]
  content { v = it.value }
}
`;
    expect(tags(readNativeFile(text, "f").body)).toEqual([
      [["w"], "0"],
      [["0-a"], "a"],
      [["1-b"], "b"],
    ]);
  });

  it("works in JSON", () => {
    const json = {
      dynamic: { tag: { for_each: "${names}", labels: ["${tag.value}"], content: { v: "<${tag.value}>" } } },
    };
    expect(tags(readJsonFile(JSON.stringify(json), "f").body)).toEqual([
      [["a"], "<a>"],
      [["b"], "<b>"],
    ]);
  });

  it("expands dynamic blocks in generated blocks, which see both iterators", () => {
    const text = `dynamic "outer" {
  for_each = names
  content {
    dynamic "inner" {
      for_each = names
      content { v = "\${outer.value}\${inner.value}" }
    }
  }
}
`;
    const body = expandDynamicBlocks(readNativeFile(text, "f").body, scope);
    const outer = body.content({ blocks: [{ type: "outer" }] }).content.blocks;
    const values = outer.flatMap((b) =>
      b.body.content({ blocks: [{ type: "inner" }] }).content.blocks.map((i) => {
        const v = i.body.attributes().attributes.get("v");
        return v && evaluate(v.expression, scope).value.raw;
      }),
    );
    expect(values).toEqual(["aa", "ab", "ba", "bb"]);
  });

  it("makes one block of unknown contents while the collection is unknown", () => {
    const body = expandDynamicBlocks(
      readNativeFile('dynamic "b" {\n  for_each = later\n  content { v = b.value }\n}\n', "f").body,
      scope,
    );
    const { blocks } = body.content({ blocks: [{ type: "b" }] }).content;
    const v = blocks[0]?.body.attributes().attributes.get("v");
    expect([blocks.length, v && evaluate(v.expression, scope).value.isKnown]).toEqual([1, false]);
  });

  it.each([
    ['dynamic "b" {\n  for_each = 1\n  content {}\n}\n', "Invalid dynamic for_each value"],
    ['dynamic "b" {\n  for_each = null\n  content {}\n}\n', "Invalid dynamic for_each value"],
    ['dynamic "b" {\n  for_each = names\n}\n', "Missing dynamic content block"],
    ['dynamic "b" {\n  for_each = names\n  content {}\n  content {}\n}\n', "Extraneous dynamic content block"],
    ['dynamic "b" {\n  for_each = names\n  iterator = a.b\n  content {}\n}\n', "Invalid dynamic iterator name"],
    ['dynamic "b" {\n  for_each = names\n  labels = ["x"]\n  content {}\n}\n', "Extraneous dynamic block label"],
    ['dynamic "nope" {\n  for_each = names\n  content {}\n}\n', "Unsupported block type"],
    ['dynamic "b" {\n  content {}\n}\n', "Missing required argument"],
  ])("refuses %j", (text, summary) => {
    const body = expandDynamicBlocks(readNativeFile(text, "f").body, scope);
    expect(body.content({ blocks: [{ type: "b" }] }).diagnostics.map((d) => d.summary)).toEqual([summary]);
  });
});
