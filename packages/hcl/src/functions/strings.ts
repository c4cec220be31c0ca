import { graphemes } from "../syntax/source-text.ts";
import { Fault } from "../values/arithmetic.ts";
import { isWhollyKnown } from "../values/marks.ts";
import { BOOL, listOf, STRING } from "../values/type.ts";
import { boolValue, stringValue, unknownValue, Value } from "../values/value.ts";
import { type Functions, number, text, textFunction, wholeNumber } from "./arguments.ts";
import { ArgumentFault, type FunctionSpec } from "./function.ts";
import { lowerCase, titleCase, upperCase } from "./letter-case.ts";

const test = (
  parameters: readonly [string, string],
  check: (a: string, b: string) => boolean,
  notNull = true,
): FunctionSpec => ({
  parameters: parameters.map((name) => text(name)),
  returns: BOOL,
  notNull,
  call: ([a, b]) => boolValue(check(a?.text ?? "", b?.text ?? "")),
});

const strings = (texts: readonly string[]): Value => new Value(listOf(STRING), texts.map(stringValue));

/** The text without any of these characters at its ends. */
function trim(text: string, cutset: string): string {
  const cut = new Set(cutset);
  const letters = Array.from(text);
  let from = 0;
  let to = letters.length;
  while (from < to && cut.has(letters[from] ?? "")) from++;
  while (to > from && cut.has(letters[to - 1] ?? "")) to--;
  return letters.slice(from, to).join("");
}

const trimSpace = (s: string): string => s.replace(/^[\p{White_Space}]+/u, "").replace(/[\p{White_Space}]+$/u, "");

/** Part of a text, counted in grapheme clusters; a negative offset counts from the end, a negative length takes the rest. */
function substring(whole: string, offset: number, length: number): string {
  if (offset >= 0 && length === 0) return "";
  const clusters = graphemes(whole);
  const from = Math.max(offset < 0 ? offset + clusters.length : offset, 0);
  // Asking for nothing from a negative offset gives everything: so does cty.
  return clusters.slice(from, length > 0 ? from + length : undefined).join("");
}

function join([separator, ...lists]: readonly Value[]): Value | Fault {
  const texts: string[] = [];
  for (const [i, list] of lists.entries()) {
    for (const [k, item] of list.items.entries()) {
      if (item.isNull) {
        const where = lists.length > 1 ? `element ${k} of list ${i + 1}` : `element ${k}`;
        return new ArgumentFault(i + 1, `${where} is null; cannot concatenate null values`);
      }
      texts.push(item.text);
    }
  }
  return stringValue(texts.join(separator?.text ?? ""));
}

export const stringFunctions: Functions = {
  upper: textFunction(["str"], (s) => stringValue(upperCase(s as string))),
  lower: textFunction(["str"], (s) => stringValue(lowerCase(s as string))),
  title: textFunction(["str"], (s) => stringValue(titleCase(s as string))),
  chomp: textFunction(["str"], (s) => stringValue((s as string).replace(/[\r\n]+$/, ""))),
  strrev: textFunction(["str"], (s) =>
    stringValue(
      graphemes(s as string)
        .reverse()
        .join(""),
    ),
  ),
  trim: textFunction(["str", "cutset"], (s, cut) => stringValue(trim(s as string, cut as string))),
  trimspace: textFunction(["str"], (s) => stringValue(trimSpace(s as string))),
  trimprefix: textFunction(["str", "prefix"], (s = "", p = "") => stringValue(s.startsWith(p) ? s.slice(p.length) : s)),
  trimsuffix: textFunction(["str", "suffix"], (s = "", p = "") =>
    stringValue(p !== "" && s.endsWith(p) ? s.slice(0, -p.length) : s),
  ),
  startswith: test(["str", "prefix"], (s, p) => s.startsWith(p)),
  endswith: test(["str", "suffix"], (s, p) => s.endsWith(p)),
  strcontains: test(["str", "substr"], (s, p) => s.includes(p), false),
  replace: textFunction(["str", "substr", "replace"], (s = "", from = "", to = "") =>
    stringValue(from === "" ? to + Array.from(s, (c) => c + to).join("") : s.split(from).join(to)),
  ),
  split: {
    parameters: [text("separator"), text("str")],
    returns: listOf(STRING),
    notNull: true,
    call: ([separator, str]) =>
      strings(separator?.text === "" ? Array.from(str?.text ?? "") : (str?.text ?? "").split(separator?.text ?? "")),
  },
  join: {
    parameters: [text("separator")],
    variadic: { name: "lists", type: listOf(STRING) },
    returns: STRING,
    notNull: true,
    call: (args) => {
      if (args.length < 2) return new Fault("at least one list is required");
      return args.every(isWhollyKnown) ? join(args) : unknownValue(STRING);
    },
  },
  indent: {
    parameters: [number("spaces"), text("str")],
    returns: STRING,
    notNull: true,
    call: ([spaces, str]) => {
      const n = wholeNumber(spaces as Value);
      if (n instanceof Fault) return n;
      if (n < 0) return new Fault("the number of spaces must not be negative");
      if (n > 10_000_000) return new Fault("the number of spaces is too large");
      return stringValue((str?.text ?? "").replaceAll("\n", `\n${" ".repeat(n)}`));
    },
  },
  substr: {
    parameters: [text("str"), number("offset"), number("length")],
    returns: STRING,
    notNull: true,
    call: ([str, offset, length]) => {
      const from = wholeNumber(offset as Value);
      const n = wholeNumber(length as Value);
      if (from instanceof Fault) return from;
      return n instanceof Fault ? n : stringValue(substring(str?.text ?? "", from, n));
    },
  },
};
