import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import {
  type Body,
  convert,
  evaluate,
  Fault,
  identical,
  readJsonFile,
  readNativeFile,
  readTypeConstraint,
  referencesIn,
  Scope,
  typeText,
  type Value,
} from "@kiln/hcl";
import { describe, expect, it } from "vitest";
import { decode, readSpec } from "./decode-spec.ts";
import { shared } from "./shared-data.ts";

const root = shared("conformance", "hcl-specsuite", "tests");
const cases = readdirSync(root, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".t"))
  .map((name) => name.slice(0, -2))
  .sort();

function file(path: string): Body {
  const { body, diagnostics } = readNativeFile(readFileSync(path), relative(root, path));
  expect(diagnostics).toEqual([]);
  return body;
}

interface Expected {
  readonly result: Value | undefined;
  readonly type: string | undefined;
  readonly diagnostics: readonly string[];
  readonly noTraversals: boolean;
}

function expectedOf(path: string): Expected {
  const { content } = file(path).content({
    attributes: [{ name: "result" }, { name: "result_type" }],
    blocks: [{ type: "diagnostics" }, { type: "traversals" }],
  });
  const result = content.attributes.get("result");
  const type = content.attributes.get("result_type");
  const diagnostics = content.blocks
    .filter((b) => b.type === "diagnostics")
    .flatMap((b) => b.body.content({ blocks: [{ type: "error" }, { type: "warning" }] }).content.blocks)
    .map((b) => `${b.type} ${place(b.body, "from")} ${place(b.body, "to")}`);
  return {
    result: result && evaluate(result.expression).value,
    type: type && typeText(readTypeConstraint(type.expression).type),
    diagnostics,
    noTraversals: content.blocks.some((b) => b.type === "traversals"),
  };
}

function place(body: Body, name: string): string {
  const { content } = body.content({ blocks: [{ type: "from" }, { type: "to" }] });
  const attributes = content.blocks.find((b) => b.type === name)?.body.attributes().attributes;
  const number = (key: string): string => {
    const expression = attributes?.get(key)?.expression;
    return expression ? String(evaluateNumber(evaluate(expression).value)) : "?";
  };
  return `${number("line")}:${number("column")}@${number("byte")}`;
}

function evaluateNumber(value: Value): number {
  return Number((value.raw as { toNumber(): number }).toNumber());
}

describe("the language's own suite", () => {
  it.each(cases)("%s", (name) => {
    const expected = expectedOf(join(root, `${name}.t`));
    const { spec, variables } = readSpec(file(join(root, `${name}.hcldec`)));
    const inputs = [`${name}.hcl`, `${name}.hcl.json`].filter((input) =>
      readdirSync(join(root, input, "..")).includes(input.split("/").at(-1) ?? ""),
    );
    expect(inputs.length).toBeGreaterThan(0);
    for (const input of inputs) {
      const text = readFileSync(join(root, input));
      const read = input.endsWith(".json") ? readJsonFile(text, input) : readNativeFile(text, input);
      const decoded = decode(read.body, spec, new Scope({ variables }));
      const told = (read.diagnostics.length > 0 ? read.diagnostics : decoded.diagnostics).map(
        ({ severity, subject }) => {
          const at = (p: { line: number; column: number; byte: number } | undefined): string =>
            `${p?.line}:${p?.column}@${p?.byte}`;
          return `${severity} ${at(subject?.start)} ${at(subject?.end)}`;
        },
      );
      expect(told).toEqual(expected.diagnostics);
      if (expected.type !== undefined) expect(typeText(decoded.value.type)).toBe(expected.type);
      if (expected.result) {
        const wanted = convert(expected.result, decoded.value.type);
        expect(wanted).not.toBeInstanceOf(Fault);
        expect(identical(decoded.value, wanted as Value)).toBe(true);
      }
      if (expected.noTraversals && "tree" in read.body) expect(referencesIn(read.body.tree)).toEqual([]);
    }
  });
});
