import { goQuote } from "@kiln/sdk";
import type { HclState } from "./evaluate/evaluate.ts";
import { printValue } from "./values/print.ts";

/** Variables and locals with their values, as `console` and `inspect` list them. Source: core-behaviour §1.7. */
export function listNames({ variables, locals }: Pick<HclState, "variables" | "locals">): string {
  const lines = (prefix: string, values: HclState["variables"]): string =>
    [...values]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${prefix}.${name}: ${goQuote(printValue(value))}\n`)
      .join("");
  return `> input-variables:\n\n${lines("var", variables)}\n> local-variables:\n\n${lines("local", locals)}`;
}
