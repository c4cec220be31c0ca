/** Test support: `clean_resource_name` as three of Packer's plugins have it, for the oracle's cases. */
import { toBytes } from "./go/go-string.ts";
import { goString } from "./go/type.ts";
import { textFunction, textOf } from "./packer/text-functions.ts";
import type { FunctionTable } from "./run/evaluator.ts";

const byBytes = (text: string, allowed: RegExp): string =>
  Array.from(toBytes(text), (byte) => String.fromCharCode(byte))
    .map((char) => (allowed.test(char) ? char : "-"))
    .join("");

const rules = {
  amazon: (text: string) => byBytes(text, /[A-Za-z0-9()[\] ./\-'@_]/),
  azure: (text: string) => byBytes(text, /[A-Za-z0-9\-_.]/).replace(/[-_.]+$/, ""),
  googlecompute: (text: string) => byBytes(text.toLowerCase(), /[a-z0-9-]/),
};

export function cleanName(component: keyof typeof rules): FunctionTable {
  return new Map([["clean_resource_name", textFunction([goString], ([text]) => rules[component](textOf(text)))]]);
}
