import { describe, expect, it } from "vitest";
import { testData } from "../../test/data.ts";
import { readNativeFile } from "../body/read-file.ts";
import { formatHcl } from "./format.ts";

const cases = testData<{ id: string; input: string; output: string }[]>("format.json");
const refused =
  testData<{ id: string; input: string; diagnostics: { summary: string; line: number }[] }[]>("refused.json");

describe("formatHcl", () => {
  it.each(cases)("lays $id out as packer fmt does", ({ input, output }) => {
    expect(formatHcl(input)).toBe(output);
  });

  it("changes nothing the second time", () => {
    for (const { input } of cases) {
      const once = formatHcl(input);
      expect(formatHcl(once)).toBe(once);
    }
  });

  it("changes blanks only", () => {
    const bare = (s: string): string => s.replace(/^\ufeff/, "").replace(/[ \t]/g, "");
    for (const { input } of cases) expect(bare(formatHcl(input))).toBe(bare(input));
  });

  it.each(refused)("has $id refused by the parser for the same reasons", ({ input, diagnostics }) => {
    const found = readNativeFile(input, "test.pkr.hcl").diagnostics;
    expect(found.map((d) => [d.summary, d.subject?.start.line])).toEqual(diagnostics.map((d) => [d.summary, d.line]));
  });
});
