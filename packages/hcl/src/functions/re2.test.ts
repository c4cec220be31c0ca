import { describe, expect, it } from "vitest";
import { Fault } from "../values/arithmetic.ts";
import { compilePattern } from "./re2.ts";
import { settle } from "./suspension.ts";

async function find(pattern: string, text: string): Promise<string | null | undefined> {
  const made = await settle(() => compilePattern(pattern));
  if (made instanceof Fault) return made.message;
  const [match] = made.matches(text);
  return match?.texts[0] ?? null;
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
  ])("%j on %j matches %j", async (pattern, text, expected) => {
    expect(await find(pattern, text)).toBe(expected);
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
  ])("refuses %j", async (pattern, message) => {
    expect(await find(pattern, "")).toBe(`error parsing regexp: ${message}`);
  });

  it.each([
    ["(a|aa)+$", `${"a".repeat(40)}b`],
    ["(a+)+$", `${"a".repeat(40)}b`],
    ["(x+x+)+y", "x".repeat(20_000)],
  ])("searches in linear time: %j", async (pattern, text) => {
    expect(await find(pattern, text)).toBeNull();
  });

  it("reads patterns of any size", async () => {
    const names = "(?P<n>a)".repeat(2);
    for (const text of ["(", "[", "(?:", "\\Q", "a|", "a{9}"]) {
      expect(await find(names + text.repeat(50_000), "")).not.toBe("aa");
    }
  });

  it("lets groups have the same name", async () => {
    const made = await settle(() => compilePattern("[(?P<n>](?P<n>a)|(?<n>b)\\Q(?P<n>\\E(?P<m>c)"));
    expect(made).toMatchObject({ groups: ["n", "n", "m"] });
  });
});
