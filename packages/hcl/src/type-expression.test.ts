import { describe, expect, it } from "vitest";
import { convert } from "./convert/convert.ts";
import { evaluate } from "./eval/evaluate.ts";
import { jsonText } from "./functions/json-text.ts";
import { parseExpressionText } from "./syntax/parse.ts";
import { applyDefaults, checkDefaults } from "./type-defaults.ts";
import { readTypeConstraint } from "./type-expression.ts";
import { Fault } from "./values/arithmetic.ts";
import { typeText } from "./values/type.ts";

const read = (text: string) => readTypeConstraint(parseExpressionText(text, "t.hcl").result, true);

/** A value converted to a type with defaults, as JSON. */
function converted(type: string, value: string): unknown {
  const constraint = read(type);
  expect(constraint.diagnostics).toEqual([]);
  const given = evaluate(parseExpressionText(value, "v.hcl").result).value;
  const filled = constraint.defaults ? applyDefaults(given, constraint.defaults) : given;
  const made = convert(filled, constraint.type);
  return made instanceof Fault ? made.message : JSON.parse(String(jsonText(made)));
}

describe("readTypeConstraint", () => {
  it.each([
    "string",
    "any",
    "list(string)",
    "map(list(number))",
    "tuple([string,bool])",
    "object({a=string,b=optional(number)})",
    "set(object({a=any}))",
  ])("reads %s", (text) => {
    expect(typeText(read(text).type)).toBe(text);
  });

  it.each([
    ['"string"', "A type specification is either a primitive type keyword"],
    ["strin", 'The keyword "strin" is not a valid type specification.'],
    ["list", "The list type constructor requires one argument"],
    ["list(string, number)", "The list type constructor requires one argument"],
    ["string(1)", 'Primitive type keyword "string" does not expect arguments.'],
    ["object([string])", "Object type constructor requires a map"],
    ["tuple(string)", "Tuple type constructor requires a list"],
    ["optional(string)", "valid only as a modifier"],
    ["foo(string)", 'Keyword "foo" is not a valid type constructor.'],
    ["object({a=optional(string, 1, 2)})", "at most two arguments"],
    ['object({"a b"=string})', "attribute names"],
  ])("refuses %s", (text, detail) => {
    expect(
      read(text)
        .diagnostics.map((d) => d.detail)
        .join(),
    ).toContain(detail);
  });

  it("fills in defaults where attributes are absent or null, at every depth", () => {
    const type =
      'object({a=optional(string, "x"), b=optional(number), c=optional(object({d=optional(list(string), [])}), {})})';
    expect(converted(type, "{}")).toEqual({ a: "x", b: null, c: { d: [] } });
    expect(converted(type, '{a=null, b="2"}')).toEqual({ a: "x", b: 2, c: { d: [] } });
    expect(converted(`list(${type})`, '[{a="y"}]')).toEqual([{ a: "y", b: null, c: { d: [] } }]);
    expect(converted(`map(${type})`, "null")).toBe(null);
  });

  it("checks the defaults themselves", () => {
    const { defaults } = read('object({a=optional(number, "x"), b=optional(number, nope)})');
    expect(defaults && checkDefaults(defaults).map((d) => d.summary)).toEqual([
      "Invalid default value for optional attribute",
      "Variables not allowed",
    ]);
  });
});
