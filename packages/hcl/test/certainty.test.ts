import { describe, expect, it } from "vitest";
import { packerFunctions } from "../src/functions/table.ts";
import { evaluate, Scope } from "../src/index.ts";
import { parseExpressionText } from "../src/syntax/parse.ts";
import { decodeVariables, type ValueCode } from "./cases.ts";
import { encodeValue } from "./coding.ts";
import { fixtureHost } from "./node-host.ts";

const strings: ValueCode["type"] = ["list", "string"];
const marked = (value: unknown) => ({ $marks: ["k"], $value: value });
const open = (type: ValueCode["type"]) => ({ $unknown: type });

/** `m_` is marked, `u_` unknown, `in_` marked inside. */
const variables = decodeVariables({
  m_s: { type: "string", value: marked("a") },
  u_s: { type: "string", value: open("string") },
  m_n: { type: "number", value: marked("1") },
  mu_n: { type: "number", value: marked(open("number")) },
  u_n: { type: "number", value: open("number") },
  m_l: { type: strings, value: marked(["a", "b"]) },
  u_l: { type: strings, value: open(strings) },
  in_l: { type: strings, value: [marked("a"), "b"] },
  some_l: { type: strings, value: ["a", open("string")] },
  some_set: { type: ["set", "string"], value: ["a", open("string")] },
  u_d: { type: "dynamic", value: open("dynamic") },
});
const scope = new Scope({ variables, functions: packerFunctions(fixtureHost("/")) });

function outcome(expression: string): unknown {
  const { value, diagnostics } = evaluate(parseExpressionText(expression, "f").result, scope);
  return diagnostics.length > 0 ? diagnostics.map((d) => d.detail) : encodeValue(value);
}

const sure = (type: ValueCode["type"]) => ({ $range: { notNull: true }, $unknown: type });

describe("values that are marked or not known yet", () => {
  it.each([
    ["join(u_s, m_l)", marked(sure("string"))],
    ["max(u_n, m_n)", marked(sure("number"))],
    ["abs(mu_n)", sure("number")],
    ["chunklist(u_l, m_n)", sure(["list", strings])],
    ["concat(u_d, m_l)", open("dynamic")],
    ["merge({ a = m_s }, {})", { a: marked("a") }],
    ["values({ a = m_s })", [marked("a")]],
    ["[in_l == [], 1 == (in_l == [])]", [marked(false), marked(false)]],
    ["flatten(u_s)", open("dynamic")],
    ["element(u_l, 4.5)", open("string")],
    ["index(u_d, null)", open("dynamic")],
    ["lookup(u_d, null, 1)", open("dynamic")],
    ["concat(u_l, 1)", open("dynamic")],
    ['formatlist("%s-%s", [], u_d)', sure(strings)],
    ['formatlist("%s", u_s)', [sure("string")]],
    ["sort(some_l)", [open("string"), open("string")]],
    ["sort(some_set)", sure(strings)],
    ['jsonencode("${u_s}x")', { $range: { notNull: true, prefix: '"' }, $unknown: "string" }],
    ['"a\\nb ${u_s}"', { $range: { notNull: true, prefix: "a" }, $unknown: "string" }],
    ['"a\\nb${u_s}"', { $range: { notNull: true, prefix: "a\n" }, $unknown: "string" }],
    ['"a\\r\\nb ${u_s}"', { $range: { notNull: true, prefix: "a\r\nb " }, $unknown: "string" }],
    ['"%{for x in [m_s, u_s]}${x}%{endfor}"', sure("string")],
    ["flatten({ a = [1], b = u_s })", ["1", open("string")]],
    ["[for x in [mu_n] : x if x == 1]", marked(open("dynamic"))],
    ["m_l[u_n]", marked(open("string"))],
    ["m_l[u_d]", marked(open("dynamic"))],
    ["u_l[m_n + u_n]", open("string")],
    ["u_n == [null]", false],
    ["some_l[*][*]", [["a"], open(["tuple", ["string"]])]],
  ])("pass through %s", (expression, expected) => {
    expect(outcome(expression)).toEqual(expected);
  });

  it("must agree in type behind two splats", () => {
    const withNull = new Scope({ variables: decodeVariables({ l: { type: strings, value: ["a", null] } }) });
    const { diagnostics } = evaluate(parseExpressionText("l[*][*]", "f").result, withNull);
    expect(diagnostics.map((d) => d.summary)).toEqual(["Invalid nested splat expressions"]);
  });

  it.each([
    ["m_l[2]", "The given key does not identify an element in this collection value."],
    ["[1][-1.5]", "indexing a sequence requires a whole number, but the given index has a fractional part."],
    ["[1][1 / 0]", "indexing a sequence requires a whole number, but the given index has a fractional part."],
  ])("have no element %s", (expression, why) => {
    expect(outcome(expression)).toEqual([expect.stringMatching(new RegExp(`${why.replaceAll(".", "\\.")}$`))]);
  });

  it("name the first part in which two objects differ", () => {
    const [detail] = outcome('true ? { a = true, b = [] } : { a = "x", b = "y" }') as string[];
    expect(detail).toContain("Type mismatch for object attribute \"a\": The 'true' value is bool");
  });

  it("do not become maps whose elements have no common type", () => {
    const [detail] = outcome("true ? { a = 1, b = [1] } : { c = null }") as string[];
    expect(detail).toMatch(/^The true and false result expressions must have consistent types\./);
  });

  it.each([
    ["2024-02-30T25:61:61Z", "hour must be between 0 and 23 inclusive"],
    ["2024-02-30T05:61:61", "minute must have exactly two digits"],
    ["2024-02-30T05:01:61", 'cannot use "" as second'],
    ["2024-02-30T05:01:01", "end of string before UTC offset"],
    ["2024-02-30T05:01:01Z", "day out of range"],
    ["2024-02-20T05:01:00,5Z", 'cannot use "," as timestamp segment'],
    ["2024-02-20T05:01:00+24:00", 'cannot use "+24:00" as UTC offset'],
    ["2024-02-20T0x:01:00Z", 'found "x:01:00Z" where ":" is expected'],
  ])("are no times where %j is wrong", (time, why) => {
    const detail = `Invalid value for "time" parameter: not a valid RFC3339 timestamp: ${why}.`;
    expect(outcome(`formatdate("YYYY", "${time}")`)).toEqual([detail]);
  });

  it.each([
    ["[", "EOF"],
    ['{"a"', "EOF"],
    ["", "EOF"],
    ['"a', "unexpected EOF"],
    ["nul", "unexpected EOF"],
  ])("are no JSON where %j ends", (json, end) => {
    expect(outcome(`jsondecode(${JSON.stringify(json)})`)).toEqual([`Call to function "jsondecode" failed: ${end}.`]);
  });
});
