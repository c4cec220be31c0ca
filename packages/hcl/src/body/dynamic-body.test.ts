import { describe, expect, it } from "vitest";
import { evaluate } from "../eval/evaluate.ts";
import { Scope } from "../eval/scope.ts";
import { listOf, STRING } from "../values/type.ts";
import { stringValue, tupleValue, unknownValue } from "../values/value.ts";
import type { BlockSchema, Body } from "./body.ts";
import { expandDynamicBlocks } from "./dynamic-body.ts";
import { readJsonFile, readNativeFile } from "./read-file.ts";

const scope = new Scope({
  variables: new Map([
    ["names", tupleValue([stringValue("a"), stringValue("b")])],
    ["later", unknownValue(listOf(STRING))],
  ]),
});
/** The summaries of what is wrong, each with the text that it points at. */
function mistakes(text: string, schema: BlockSchema): string[] {
  const body = expandDynamicBlocks(readNativeFile(text, "f").body, scope);
  return body.content({ blocks: [schema] }).diagnostics.map(({ summary, subject }) => {
    return `${summary} ${text.slice(subject?.start.byte, subject?.end.byte)}`;
  });
}

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

  it("knows no value in a block of an unknown collection, not even a written one", () => {
    const text = 'dynamic "b" {\n  for_each = later\n  content {\n    v = 1\n    in {\n      v = nope\n    }\n  }\n}\n';
    const body = expandDynamicBlocks(readNativeFile(text, "f").body, scope);
    const [block] = body.content({ blocks: [{ type: "b" }] }).content.blocks;
    const read = block?.body.content({ attributes: [{ name: "v" }], blocks: [{ type: "in" }] }).content;
    const inside = read?.blocks[0]?.body.attributes().attributes;
    for (const attribute of [read?.attributes.get("v"), inside?.get("v")]) {
      const { value, diagnostics } = evaluate(attribute!.expression, scope);
      expect([value.isKnown, diagnostics]).toEqual([false, []]);
    }
  });

  it.each([
    ["for_each = nope\n  content {}\n  content {}", "Unknown variable", "nope"],
    ["for_each = names\n  iterator = it.x\n  content {}", "Invalid dynamic iterator name", "it.x"],
    ["for_each = nope\n  iterator = 1\n  content {}", "Invalid expression", "1"],
    ['for_each = names\n  labels = ["x"]\n  content {}', "Unsupported argument", "labels"],
    ["for_each = names\n  labels = []\n  content {}", "Unsupported argument", "labels"],
  ])("refuses dynamic blocks with %j at the mistake", (inside, summary, place) => {
    const text = `dynamic "b" {\n  ${inside}\n}\n`;
    expect(mistakes(text, { type: "b" })).toEqual([`${summary} ${place}`]);
  });

  it.each([
    ["labels = names", "Invalid expression names"],
    ['labels = ["x", tag.key, 3]', "Extraneous dynamic block label tag.key"],
    ["labels = []", "Insufficient dynamic block labels []"],
    ['labels = ["${tag.key}", null]', "Extraneous dynamic block label null"],
    ["labels = [null]", "Invalid dynamic block label null"],
    ["labels = [nope]", "Unknown variable nope"],
  ])("refuses %j at the mistake", (labels, mistake) => {
    const found = mistakes(`dynamic "tag" {\n  for_each = ["one"]\n  ${labels}\n  content {}\n}\n`, tag);
    expect(found).toEqual([mistake]);
  });

  it("points at the label expressions where the labels of a generated block are wanted", () => {
    const text = 'dynamic "tag" {\n  for_each = names\n  labels = [tag.value]\n  content {}\n}\n';
    const { blocks } = expandDynamicBlocks(readNativeFile(text, "f").body, scope).content({ blocks: [tag] }).content;
    expect(blocks.map((b) => b.labelSpans.map((span) => text.slice(span.start, span.end)))).toEqual([
      ["tag.value"],
      ["tag.value"],
    ]);
  });

  it.each([
    ['dynamic "b" {\n  for_each = 1\n  content {}\n}\n', "Invalid dynamic for_each value"],
    ['dynamic "b" {\n  for_each = null\n  content {}\n}\n', "Invalid dynamic for_each value"],
    ['dynamic "b" {\n  for_each = names\n}\n', "Missing dynamic content block"],
    ['dynamic "b" {\n  for_each = names\n  content {}\n  content {}\n}\n', "Extraneous dynamic content block"],
    ['dynamic "b" {\n  for_each = names\n  iterator = a.b\n  content {}\n}\n', "Invalid dynamic iterator name"],
    ['dynamic "nope" {\n  for_each = names\n  content {}\n}\n', "Unsupported block type"],
    ['dynamic "b" {\n  content {}\n}\n', "Missing required argument"],
  ])("refuses %j", (text, summary) => {
    const body = expandDynamicBlocks(readNativeFile(text, "f").body, scope);
    expect(body.content({ blocks: [{ type: "b" }] }).diagnostics.map((d) => d.summary)).toEqual([summary]);
  });
});
