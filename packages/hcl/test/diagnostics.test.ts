import type { Diagnostic } from "@kiln/sdk";
import { describe, expect, it } from "vitest";
import { packerFunctions } from "../src/functions/table.ts";
import { evaluate, readJsonFile, readNativeFile, Scope } from "../src/index.ts";
import { parseExpressionText } from "../src/syntax/parse.ts";
import { BOOL, listOf, NUMBER, STRING } from "../src/values/type.ts";
import { objectValue, stringValue, unknownValue } from "../src/values/value.ts";
import { fixtureHost } from "./node-host.ts";

/** A summary and where it points, as `line:column-line:column`. */
function brief({ summary, subject }: Diagnostic): string {
  const { start, end } = subject ?? { start: { line: 0, column: 0 }, end: { line: 0, column: 0 } };
  return `${summary} ${start.line}:${start.column}-${end.line}:${end.column}`;
}

const scope = new Scope({
  variables: new Map([
    ["later", unknownValue(listOf(STRING))],
    ["o", objectValue({ tags: objectValue({ a: stringValue("x") }) })],
    ["unknown_bool", unknownValue(BOOL)],
    ["unknown_number", unknownValue(NUMBER)],
  ]),
  functions: packerFunctions(fixtureHost("/")),
});

/** What is wrong with an expression, in the order and at the places that the Go implementation says it. */
function mistakes(expression: string): string[] {
  const parsed = parseExpressionText(expression, "f");
  if (parsed.diagnostics.length > 0) return parsed.diagnostics.map(brief);
  return evaluate(parsed.result, scope).diagnostics.map(brief);
}

describe("expressions", () => {
  it.each([
    ["an argument that is a reference, to its end", "keys(o.tags.a)", ["Invalid function argument 1:6-1:14"]],
    ["an argument in parentheses, inside them", "keys((1))", ["Invalid function argument 1:7-1:8"]],
    [
      "an argument that is an index, at its bracket",
      'upper("a", [1][upper("0")])',
      ["Too many function arguments 1:15-1:16"],
    ],
    [
      "a wrong key and the null that it is for",
      "null[nope]",
      ["Unknown variable 1:6-1:10", "Attempt to index null value 1:5-1:11"],
    ],
    ["a wrong element and the one behind the last", "[!1][1]", ["Invalid operand 1:3-1:4", "Invalid index 1:5-1:8"]],
    ["no mistake behind an unknown left side", "unknown_bool || nope", []],
    ["a mistake before an unknown right side", "nope || unknown_bool", ["Unknown variable 1:1-1:5"]],
    ["no mistake beside null, which is false", "nope && null", []],
    ["splats in splats that give several types", "[1, null][*][*]", []],
    [
      "the first four operators on bits",
      "1 & 1 & 1 & 1 & 1 & 1",
      [3, 7, 11, 15]
        .map((column) => `Unsupported operator 1:${column}-1:${column + 1}`)
        .concat("Extra characters after expression 1:3-1:4"),
    ],
    ["a dot that nothing follows", "o.", ["Invalid attribute name 1:3-1:3"]],
    ["two indexes in one in a splat, at its star", "o.*.a.0.1", ["Invalid legacy index syntax 1:3-1:4"]],
    [
      "a carriage return in a string",
      '"a\rb"',
      ["Invalid multi-line string 1:3-1:4", "Unterminated template string 1:3-1:4"],
    ],
    [
      "a backslash that the line ends after",
      '"a\\\nb"',
      ["Invalid character 1:3-1:4", "Invalid multi-line string 1:4-2:1", "Unterminated template string 1:3-1:4"],
    ],
    [
      "an escaped sign that the file ends in",
      '"\\%',
      ["Invalid escape sequence 1:2-1:4", "Unterminated template string 1:4-1:4"],
    ],
    [
      "a carriage return in the line of a heredoc",
      "<<E\na\rb\nE\n",
      ["Invalid character 2:2-4:1", "Unterminated template string 2:2-4:1"],
    ],
    ["the condition of a loop over what is unknown", "[for x in later : x if nope]", ["Unknown variable 1:24-1:28"]],
  ])("point at %s", (_, expression, expected) => {
    expect(mistakes(expression)).toEqual(expected);
  });
});

describe("native bodies", () => {
  it.each([
    ["a block on one line that the file ends in", "b { a = 1", ["Unclosed configuration block 1:3-1:4"]],
    ["a label that ends in a backslash", 'b "\\', ["Invalid character 1:4-1:5", "Invalid string literal 1:4-1:5"]],
    [
      "a block on one line, before what is wrong on it",
      'b { "x" {\n  a = 1\n}\n\nc {\n}\n',
      ["Invalid single-argument block definition 4:1-5:1", "Argument or block definition required 1:5-1:6"],
    ],
  ])("say what is wrong with %s", (_, text, expected) => {
    expect(readNativeFile(text, "f").diagnostics.map(brief)).toEqual(expected);
  });
});

describe("broken bodies", () => {
  it("keep a broken escape in a label", () => {
    expect(readNativeFile('b "\\u12x" {}\n', "f").body.tree.blocks[0]?.labels).toEqual(["\\u12x"]);
  });

  it("say again what is wrong with an expression that breaks off at a dot", () => {
    const { body, diagnostics } = readNativeFile("a = b.\n", "f");
    const a = body.attributes().attributes.get("a");
    expect(a && evaluate(a.expression, scope).diagnostics).toEqual(diagnostics);
  });

  it("read operators on after a mistake that was not told of", () => {
    const a = readNativeFile("b\na = % % 1\n", "f").body.tree.attributes.get("a");
    expect([a?.expression.start, a?.expression.end]).toEqual([6, 11]);
  });
});

describe("JSON bodies", () => {
  const root = "Root value must be object 1:1-1:2";
  it.each([
    [
      "keywords, which hold no digits",
      '{"r":tru1}',
      ["Invalid JSON keyword 1:6-1:9", "Missing attribute seperator comma 1:11-1:11", root],
    ],
    ["a colon in an array, behind what was skipped", '["r":1}]', ["Invalid array value 1:9-1:9", root]],
    ["tabs, which are two columns wide", '{\t"r":\t+1}', ["Invalid JSON number 1:10-1:12"]],
    ["carriage returns, which have no width", '{"r":\r+1}', ["Invalid JSON number 1:6-1:8"]],
    ["tabs behind strings with escaped quotes", '{"\\"\\\\":\t+1}', ["Invalid JSON number 1:11-1:13"]],
    ["a combining mark that begins a string", '{"\u0301r":+1}', ["Invalid JSON number 1:7-1:9"]],
    [
      "broken strings, in bytes",
      '{"é\\x":1}',
      ["Invalid JSON string 1:7-1:8", "Invalid object property name 1:2-1:7", root],
    ],
    ["broken escapes before wide characters", '{"r":"\\u12é"}', ["Invalid JSON string 1:12-1:13"]],
  ])("count %s", (_, text, expected) => {
    expect(readJsonFile(text, "f").diagnostics.map(brief)).toEqual(expected);
  });

  it("quote names as Go does", () => {
    const { body } = readJsonFile('{"\\r\u00a0": 1}', "f");
    expect(body.content({}).diagnostics.map((d) => d.detail)).toEqual([
      'No argument or block type is named "\\r\\u00a0".',
    ]);
  });

  it("name the items of an array at the root that are no objects twice, as HCL does", () => {
    const { body } = readJsonFile("[null]", "f");
    const wrong = "Incorrect JSON value type 1:2-1:6";
    expect(body.content({ attributes: [{ name: "r", required: true }] }).diagnostics.map(brief)).toEqual([
      wrong,
      "Missing required argument 1:1-1:2",
      wrong,
    ]);
  });
});
