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

/** JSON as `fix` prints it: members sorted, two spaces, `&` and the line separators escaped; `<` and `>` are not. */
export function sortedJson(value: unknown): string {
  return written(value, "\n")
    .replaceAll("&", "\\u0026")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}

/** `newline` is a line break with the indentation of the value. Not JSON.stringify, which puts names like "10" first. */
function written(value: unknown, newline: string): string {
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    const items = value.map((item) => inner + written(item, inner));
    return items.length === 0 ? "[]" : `[${items.join(",")}${newline}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value)
    .toSorted(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    .map(([key, member]) => `${inner}${JSON.stringify(key)}: ${written(member, inner)}`);
  return members.length === 0 ? "{}" : `{${members.join(",")}${newline}}`;
}
