import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseNative } from "./parse.ts";
import { isPlain } from "./plain-check.ts";
import { scan } from "./scanner.ts";
import { SourceText } from "./source-text.ts";

const plain = (text: string): boolean => isPlain(scan(new SourceText("t.hcl", text), "normal"));
const hasErrors = (text: string): boolean => parseNative(text, "t.hcl").diagnostics.length > 0;

/** What templates are made of, one attribute or block a piece. */
const ITEMS = [
  "a = 1",
  "b = -2.5 + !true # why",
  'c = "x${var.y}z\\n$${no}"',
  "d = [1, 2,\n  3, // three\n]",
  "e = { a = 1, b : 2\n  c = [for k, v in var.m : upper(v) if k != null]\n}",
  'f = { for x in ["a"] : x => x... if x == "a" }',
  "g = <<-EOT\n    line ${local.z[0].name}\n  EOT",
  "h = (var.a ?\n  1 : 2)",
  'i = cond("a", [var.b["k"]]) ? "x" : "y"',
  'j "label" k {\n  a = 1\n\n  l {}\n} /* end */',
  'm "n" {\n  o {\n    p = var.q.r\n  }\n}',
] as const;
/** What makes a piece wrong, or is too rare to be looked into. */
const BREAKS = [
  "\n",
  " ",
  ",",
  "=",
  "}",
  "{",
  "]",
  "(",
  '"',
  "\\",
  "\\u00e9",
  "'",
  ";",
  "#",
  "/*",
  "<<X\n",
  "${",
  "%{",
  "for ",
  "if ",
  "...",
  "=>",
  ".",
  "*",
  "1.2.3",
  "\u{fffd}",
];

describe("isPlain", () => {
  it.each(ITEMS)("knows %j, which the parser takes", (item) => {
    expect(hasErrors(`${item}\n`)).toBe(false);
    expect(plain(`${item}\n`)).toBe(true);
  });

  it.each([
    "a = 1\na = 2\n",
    "a = 1, b = 2\n",
    'a = "\\q"\n',
    'a = "x\n',
    "a = [for x in y : x => x]\n",
    "a = [for x in y : x...]\n",
    "a = {for x in y : x}\n",
    'a "b${c}" {}\n',
    "a {",
    "a }\n",
    "a = { b }\n",
    "a = f(1\n",
    "a = b.1.2\n",
    "a = 1 b = 2\n",
    "a { b = 1\n}\n",
    "a = <<EOT\nx",
    "a = 1.2.3\n",
    `a = ${"(".repeat(600)}1${")".repeat(600)}\n`,
    `${"a {\n".repeat(600)}${"}\n".repeat(600)}`,
  ])("does not know %j, which the parser refuses", (text) => {
    expect(hasErrors(text)).toBe(true);
    expect(plain(text)).toBe(false);
  });

  it("never knows what the parser refuses", () => {
    const edit = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(3),
      put: fc.constantFrom("", ...BREAKS),
    });
    const texts = fc.tuple(fc.array(fc.constantFrom(...ITEMS), { maxLength: 4 }), fc.array(edit, { maxLength: 3 }));
    let known = 0;
    fc.assert(
      fc.property(texts, ([items, edits]) => {
        let text = items.join("\n");
        for (const { at, cut, put } of edits) {
          const from = Math.floor(at * text.length);
          text = text.slice(0, from) + put + text.slice(from + cut);
        }
        if (!plain(text)) return;
        known++;
        expect(hasErrors(text)).toBe(false);
      }),
      { numRuns: 20_000 },
    );
    expect(known).toBeGreaterThan(2_000);
  });
});
