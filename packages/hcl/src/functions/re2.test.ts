import { describe, expect, it } from "vitest";
import { Fault } from "../values/arithmetic.ts";
import { compilePattern } from "./re2.ts";

function find(pattern: string, text: string): string | null | undefined {
  const made = compilePattern(pattern);
  if (made instanceof Fault) return made.message;
  made.expression.lastIndex = 0;
  return made.expression.exec(text)?.[0] ?? null;
}

describe("compilePattern", () => {
  it.each([
    ["(?i)straße", "STRAßE", "STRAßE"],
    ["(?i:a)b", "Ab", "Ab"],
    ["(?i:a)b", "AB", null],
    ["(?m)^b$", "a\nb\nc", "b"],
    ["^b$", "a\nb", null],
    ["a.c", "a\nc", null],
    ["(?s)a.c", "a\nc", "a\nc"],
    ["(?U)a+", "aaa", "a"],
    ["(?U)a+?", "aaa", "aaa"],
    ["(?-s).", "\n", null],
    ["[^a]", "\n", "\n"],
    ["[[:^digit:]]", "1x", "x"],
    ["[\\D]", "12é", "é"],
    ["[^\\S]", "a b", " "],
    ["[a\\]b]+", "x]ab", "]ab"],
    ["[]a]", "]", "]"],
    ["[a-]", "-", "-"],
    ["\\p{^Greek}", "Ωa", "a"],
    ["\\PL", "a1", "1"],
    ["[\\p{Lu}\\d]+", "aB2", "B2"],
    ["\\x{1F44D}", "👍", "👍"],
    ["\\101", "A", "A"],
    ["\\Qa*b\\E+", "a*bbb", "a*bbb"],
    ["a{2}", "aaa", "aa"],
    ["a{,2}", "a{,2}", "a{,2}"],
    ["x\\z", "x\n", null],
    ["(a|ab)(c|bcd)", "abcd", "abcd"],
    ["\\bfoo\\B", "food", "foo"],
    [".", "👍", "👍"],
  ])("%j on %j matches %j", (pattern, text, expected) => {
    expect(find(pattern, text)).toBe(expected);
  });

  it.each([
    ["(?=a)", "invalid or unsupported Perl syntax: `(?=`"],
    ["(?!a)", "invalid or unsupported Perl syntax: `(?!`"],
    ["(?<=a)b", "invalid named capture: `(?<=a)b`"],
    ["(a)\\1", "invalid escape sequence: `\\1`"],
    ["(", "missing closing ): `(`"],
    ["a)", "unexpected ): `a)`"],
    ["[a", "missing closing ]: `[a`"],
    ["[b-a]", "invalid character class range: `b-a`"],
    ["*a", "missing argument to repetition operator: `*`"],
    ["a**", "invalid nested repetition operator: `**`"],
    ["a{1001}", "invalid repeat count: `{1001}`"],
    ["a\\", "trailing backslash at end of expression: ``"],
    ["\\Z", "invalid escape sequence: `\\Z`"],
    ["\\p{Nope}", "invalid character class range: `\\p{Nope}`"],
    ["(?P<n", "invalid named capture: `(?P<n`"],
    ["(?P<a-b>x)", "invalid named capture: `(?P<a-b>`"],
  ])("refuses %j", (pattern, message) => {
    expect(find(pattern, "")).toBe(`error parsing regexp: ${message}`);
  });
});
