import { describe, expect, it } from "vitest";
import { readJsonFile, readNativeFile } from "../body/read-file.ts";
import { parseExpressionText } from "../syntax/parse.ts";
import { referencesIn, referencesInJson, referencesOf } from "./references.ts";

const names = (text: string): string[] =>
  referencesOf(parseExpressionText(text, "t").result).map((r) =>
    [r.root, ...r.steps.map((s) => (s.kind === "attribute" ? s.name : "[]"))].join("."),
  );

describe("referencesOf", () => {
  it.each([
    ["var.a.b + local.c[0]", ["var.a.b", "local.c.[]"]],
    ["[for x in var.l : x.y if x != var.z]", ["var.l", "var.z"]],
    ["{a = var.b, (c) = d}", ["var.b", "c", "d"]],
    ['"${a}-%{ if b }${c}%{ endif }"', ["a", "b", "c"]],
    ["f(a, b...)[c].d", ["a", "b", "c"]],
    ["a[*].b[c]", ["a", "c"]],
    ["x ? y : z", ["x", "y", "z"]],
  ])("%s", (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it("walks bodies of both syntaxes", () => {
    const native = readNativeFile('a = var.x\nb "c" {\n  d = local.y\n}\n', "t").body;
    expect(referencesIn(native.tree).map((r) => r.root)).toEqual(["var", "local"]);
    const json = readJsonFile('{"a": ["${var.x}", {"${k}": "%{ for v in l }${v}%{ endfor }"}]}', "t").body;
    expect(referencesInJson(json.node).map((r) => r.root)).toEqual(["var", "k", "l"]);
  });
});
