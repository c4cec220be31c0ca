import { type Diagnostic, problem } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { SecretSet } from "../secrets.ts";
import { codeFrame, diagnosticsText } from "./diagnostics-text.ts";
import { SourceLines, withoutSecrets } from "./source-lines.ts";

const range = (line: number, column: number, to = column + 1, last = line) => ({
  file: "f",
  start: { line, column, byte: 0 },
  end: { line: last, column: to, byte: 0 },
});

describe("code frames", () => {
  it("show the line and mark the offence", () => {
    const sources = new SourceLines();
    sources.remember("f", new TextEncoder().encode("one\r\ntwo three\r\n"));
    expect(codeFrame(range(2, 5, 10), sources.lineOf)).toBe("on f line 2, column 5:\n   2: two three\n          ^^^^^");
    sources.remember("f", "1\n2");
    expect(codeFrame(range(2, 1), sources.lineOf)).toContain("   2: 2\n");
  });

  it("leave out lines that hold a secret, concealed or known", () => {
    const sources = new SourceLines();
    sources.remember("f", "a = 1\nb = [\n2\n]\nc = open sesame");
    sources.conceal(range(2, 5, 2, 4));
    const secrets = new SecretSet();
    secrets.add("open sesame");
    const lineOf = withoutSecrets(sources.lineOf, secrets);
    expect([1, 2, 3, 4, 5, 6].map((line) => lineOf("f", line))).toEqual([
      "a = 1",
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(codeFrame(range(3, 1), lineOf)).toBe("on f line 3, column 1:");
  });
});

describe("the text of diagnostics", () => {
  it("keeps groups together where the first of them stands", () => {
    const of = (summary: string, group?: string): Diagnostic => ({
      ...problem("a/b", summary),
      ...(group && { group }),
    });
    const text = diagnosticsText([of("one"), of("two", "G"), of("three"), of("four", "G")], () => undefined);
    expect(text).toBe("Error: one\n\nError: G\n\n2 errors occurred:\n\t* two\n\t* four\n\n\nError: three\n\n");
  });

  it("takes time in proportion to their number", () => {
    const sources = new SourceLines();
    sources.remember("f", "a line\n".repeat(20_000));
    const found = Array.from({ length: 20_000 }, (_, i) => ({
      ...problem("a/b", "x", { subject: range(i + 1, 1) }),
      group: `${i}`,
    }));
    const started = performance.now();
    diagnosticsText(found, sources.lineOf);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
