import { describe, expect, it } from "vitest";
import { evaluate, readJsonFile, readNativeFile, Scope } from "../src/index.ts";

const first = (text: string | Uint8Array) => {
  const [d] = readNativeFile(text, "f.pkr.hcl").diagnostics;
  return d && { summary: d.summary, start: d.subject?.start, end: d.subject?.end };
};

describe("places in diagnostics", () => {
  it("count grapheme clusters as columns and UTF-8 as bytes", () => {
    expect(first('a = "👩‍👩‍👧‍👦é" ]\n')).toEqual({
      summary: "Missing newline after argument",
      start: { line: 1, column: 10, byte: 34 },
      end: { line: 1, column: 11, byte: 35 },
    });
  });

  it("count a CRLF as one line break", () => {
    expect(first("a = 1\r\nb = ]\r\n")?.start).toEqual({ line: 2, column: 5, byte: 11 });
  });

  it("skip a byte order mark, but not its bytes", () => {
    expect(first("\ufeffa = ]\n")?.start).toEqual({ line: 1, column: 5, byte: 7 });
    expect(readNativeFile("\ufeffa = 1\n", "f").diagnostics).toEqual([]);
  });

  it("point at bytes that are not UTF-8, once", () => {
    const bytes = new Uint8Array([
      ...new TextEncoder().encode('a = "é'),
      0xff,
      0xfe,
      ...new TextEncoder().encode('"\n'),
    ]);
    expect(first(bytes)).toEqual({
      summary: "Invalid character encoding",
      start: { line: 1, column: 7, byte: 7 },
      end: { line: 1, column: 8, byte: 8 },
    });
  });

  it("lead into the strings of JSON", () => {
    const { body } = readJsonFile('{\n  "a": "é ${nope}"\n}', "f.pkr.json");
    const a = body.attributes().attributes.get("a");
    const [d] = a ? evaluate(a.expression, new Scope({ variables: new Map() })).diagnostics : [];
    expect([d?.summary, d?.subject?.start, d?.subject?.end.column]).toEqual([
      "Unknown variable",
      { line: 2, column: 13, byte: 15 },
      17,
    ]);
  });

  it("come with a fix where there is one", () => {
    const { body } = readNativeFile("nmae = 1\n", "f.pkr.hcl");
    const [d] = body.content({ attributes: [{ name: "name" }] }).diagnostics;
    expect(d?.detail).toBe('An argument named "nmae" is not expected here. Did you mean "name"?');
    expect(d?.suggestion).toMatchObject({ with: "name", replace: { start: { line: 1, column: 1 } } });
  });
});
