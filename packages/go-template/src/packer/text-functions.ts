import { runeCount } from "../go/go-string.ts";
import type { GoType } from "../go/type.ts";
import { funcOf, goErrorType, goInt, goString } from "../go/type.ts";
import { lowerCase, upperCase } from "../go/unicode.ts";
import type { GoFuncValue, GoOutcome, GoValue } from "../go/value.ts";
import { failed, funcValue, gave, stringValue } from "../go/value.ts";

/** The text of an argument whose parameter is a string. */
export function textOf(value: GoValue | undefined): string {
  return value?.kind === "string" ? value.value : "";
}

const numberOf = (value: GoValue | undefined): number => (value?.kind === "int" ? Number(value.value) : 0);

/** A function from strings (and whole numbers) to a string, which may fail. */
export function textFunction(
  params: readonly GoType[],
  call: (args: readonly (GoValue | undefined)[]) => GoOutcome | string | Promise<GoOutcome>,
): GoFuncValue {
  return funcValue(funcOf(params, [goString, goErrorType]), (args) => {
    const result = call(args);
    return typeof result === "string" ? gave(stringValue(result)) : result;
  });
}

function split(text: string, separator: string, index: number): GoOutcome {
  const pieces = separator === "" ? Array.from(text) : text.split(separator);
  if (pieces.length <= index) {
    return failed(
      `the substring ${index} was unavailable using the separator value, ${separator}, only ${pieces.length} values were found`,
    );
  }
  const piece = pieces[index];
  return piece === undefined ? failed(`runtime error: index out of range [${index}]`) : gave(stringValue(piece));
}

/** Go's `strings.Replace`: an empty `old` matches before every character and at the end. */
export function replaceText(old: string, replacement: string, count: number, text: string): string {
  if (count === 0 || old === replacement) return text;
  const limit = count < 0 ? Number.POSITIVE_INFINITY : count;
  if (old === "") {
    const chars = Array.from(text);
    const places = Math.min(limit, runeCount(text) + 1);
    return [...chars, ""].map((char, i) => (i < places ? replacement : "") + char).join("");
  }
  const pieces = text.split(old);
  return pieces.map((piece, i) => (i === 0 ? piece : (i <= limit ? replacement : old) + piece)).join("");
}

/** Packer's functions that need nothing but their arguments. */
export const textFunctions: readonly (readonly [name: string, fn: GoFuncValue])[] = [
  ["split", textFunction([goString, goString, goInt], ([s, sep, n]) => split(textOf(s), textOf(sep), numberOf(n)))],
  ["upper", textFunction([goString], ([text]) => upperCase(textOf(text)))],
  ["lower", textFunction([goString], ([text]) => lowerCase(textOf(text)))],
  [
    "replace",
    textFunction([goString, goString, goInt, goString], ([old, to, n, text]) =>
      replaceText(textOf(old), textOf(to), numberOf(n), textOf(text)),
    ),
  ],
  [
    "replace_all",
    textFunction([goString, goString, goString], ([old, to, text]) =>
      replaceText(textOf(old), textOf(to), -1, textOf(text)),
    ),
  ],
  [
    "sed",
    textFunction([goString, goString], () =>
      failed(
        "template function `sed` is deprecated use `replace` or `replace_all` instead." +
          "Documentation: https://www.packer.io/docs/templates/engine",
      ),
    ),
  ],
];
