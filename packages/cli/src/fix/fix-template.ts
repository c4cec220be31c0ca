import { sortedJson } from "@kiln/sdk";
import { Draft, type JsonObject } from "./draft.ts";
import { fixers } from "./fixers.ts";

/** A fixed copy of a template: every fixer once, in order. `builders` is there afterwards, as Packer has it. */
export function fixTemplate(template: JsonObject): JsonObject {
  const copy = structuredClone(template);
  const draft = new Draft(copy);
  for (const fixer of fixers) fixer.fix(draft);
  if (!Object.hasOwn(copy, "builders")) copy["builders"] = null;
  return copy;
}

/** JSON as `fix` prints it: `&` is escaped; `<` and `>` are not. */
export function fixedJson(value: unknown): string {
  return sortedJson(value).replaceAll("&", "\\u0026");
}
