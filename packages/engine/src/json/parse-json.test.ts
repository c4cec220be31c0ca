import fc from "fast-check";
import { expect, it } from "vitest";
import { plain } from "./node.ts";
import { parseJson } from "./parse-json.ts";
import { readSource } from "./read-source.ts";
import { place } from "./template-under-test.ts";

const parse = (text: string | Uint8Array) => parseJson(readSource(text, "t.json").source);
const first = (text: string) => {
  const result = parse(text);
  if (result.ok) throw new Error(`accepted: ${text}`);
  const [found] = result.diagnostics;
  return `${found?.summary}\n${found?.detail?.split("\n\n")[0]}`;
};

it("gives what JSON.parse gives, for any document", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(undefined, 2, "\t"), (json, indent) => {
      const value: unknown = JSON.parse(json);
      const result = parse(JSON.stringify(value, null, indent));
      expect(result.ok && plain(result.value)).toEqual(value);
    }),
  );
});

it("refuses what JSON.parse refuses, and never throws", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom(..."{ } [ ] \" , : \\ n t r u e 0 1 9 . - + E / * '".split(" "), " ") }),
      (text) => {
        let valid = true;
        try {
          JSON.parse(text);
        } catch {
          valid = false;
        }
        expect(parse(text).ok).toBe(valid);
      },
    ),
    { numRuns: 3000 },
  );
});

// Outputs of Packer 1.6.6, whose JSON errors are those of Go's encoding/json.
it.each([
  [
    '{"a":tru}',
    "invalid character '}' in literal true (expecting 'e')\nAt line 1, column 9 (offset 9):\n    1: {\"a\":tru}\n              ^",
  ],
  [
    '{"a":01}',
    "invalid character '1' after object key:value pair\nAt line 1, column 7 (offset 7):\n    1: {\"a\":01\n            ^",
  ],
  [
    '{"a":1.}',
    "invalid character '}' after decimal point in numeric literal\nAt line 1, column 8 (offset 8):\n    1: {\"a\":1.}\n             ^",
  ],
  [
    '{"a":"x\\qy"}',
    'invalid character \'q\' in string escape code\nAt line 1, column 9 (offset 9):\n    1: {"a":"x\\q\n              ^',
  ],
  [
    '{"a":"x\ty"}',
    'invalid character \'\\t\' in string literal\nAt line 1, column 8 (offset 8):\n    1: {"a":"x\t\n             ^',
  ],
  [
    '{"a":"x\ny"}',
    'invalid character \'\\n\' in string literal\nAt line 2, column 1 (offset 8):\n    1: {"a":"x\n    2: \n      ^',
  ],
  [
    "{a:1}",
    "invalid character 'a' looking for beginning of object key string\nAt line 1, column 2 (offset 2):\n    1: {a\n       ^",
  ],
  [
    '{"é":"ü", "b" 1}',
    'invalid character \'1\' after object key\nAt line 1, column 17 (offset 17):\n    1: {"é":"ü", "b" 1\n                      ^',
  ],
  [
    '\n\n\n{"a":1,\n\n"b":x}\n',
    "invalid character 'x' looking for beginning of value\nAt line 6, column 6 (offset 17):\n    5: \n    6: \"b\":x\n           ^",
  ],
  [
    '{"a":1}\n\n]\n',
    "invalid character ']' after top-level value\nAt line 3, column 2 (offset 10):\n    2: \n    3: ]\n       ^",
  ],
  ["", "unexpected end of JSON input\nAt line 1, column 0 (offset 0):\n    1: \n     ^"],
  ["{", "unexpected end of JSON input\nAt line 1, column 1 (offset 1):\n    1: {\n      ^"],
  [
    '{"builders":[{"type":"null",\n "communicator":"none",}]}',
    'invalid character \'}\' looking for beginning of object key string\nAt line 2, column 25 (offset 53):\n    1: {"builders":[{"type":"null",\n    2:  "communicator":"none",}\n                              ^',
  ],
])("says what Packer says about %j", (text, expected) => {
  expect(first(text)).toBe(`Error parsing JSON: ${expected}`);
});

it("tells all clear mistakes at once, each with its place and a fix", () => {
  const result = parse(`{\n  // note\n  "a": [1, 2,],\n  'b': yes\n  "c": "C:\\d"\n}`);
  const found = result.ok ? [] : result.diagnostics;
  expect(found.map((d) => `${place(d)} ${d.summary.slice(20)} ${d.suggestion?.with}`)).toEqual([
    "2:3-2:10 invalid character '/' looking for beginning of object key string undefined",
    "3:14-3:15 invalid character ']' looking for beginning of value ",
    "4:3-4:4 invalid character '\\'' looking for beginning of object key string \"b\"",
    "4:8-4:9 invalid character 'y' looking for beginning of value \"yes\"",
    "5:3-5:4 invalid character '\"' after object key:value pair ,",
    "5:12-5:13 invalid character 'd' in string escape code \\\\",
  ]);
});

it("takes a byte order mark, CRLF and invalid UTF-8, and tells of the last", () => {
  const bytes = new Uint8Array([
    0xef,
    0xbb,
    0xbf,
    ...new TextEncoder().encode('{\r\n"a":"'),
    0xff,
    ...new TextEncoder().encode('"}\r\n'),
  ]);
  const { source, warnings } = readSource(bytes, "t.json");
  const result = parseJson(source);
  expect(result.ok && plain(result.value)).toEqual({ a: "\ufffd" });
  expect(warnings.map((d) => `${d.code} ${place(d)}`)).toEqual(["json/invalid-utf8 2:6-2:7"]);
});

it("counts columns in characters as people see them, and bytes in UTF-8", () => {
  const result = parse('{"👩‍🚀é": "ü", x}');
  const subject = result.ok ? undefined : result.diagnostics[0]?.subject;
  expect(subject?.start).toEqual({ line: 1, column: 13, byte: 24 });
});

it("refuses a document that is nested too deep, without a stack overflow", () => {
  const depth = 200_000;
  const result = parse("[".repeat(depth) + "]".repeat(depth));
  expect(result.ok ? [] : result.diagnostics.map((d) => [d.code, place(d)])).toEqual([
    ["json/too-deep", "1:1001-1:1002"],
  ]);
});

it("reads lone surrogates as Go does", () => {
  const result = parse('"a\\ud800b\\ud83d\\ude00"');
  expect(result.ok && plain(result.value)).toBe("a\ufffdb😀");
});
