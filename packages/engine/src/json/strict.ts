import { functionReferences } from "@kiln/go-template";
import { type Diagnostic, problem } from "@kiln/sdk";
import type { JsonTemplate } from "./json-template.ts";
import { textsOf } from "./node.ts";
import { parseJson } from "./parse-json.ts";

const user = new Set(["user"]);

/** Variables that no text of the template asks for: what `-strict` refuses. Where a name is computed, any may be meant. */
export function unusedVariables(template: JsonTemplate): readonly Diagnostic[] {
  const parsed = parseJson(template.source);
  if (!parsed.ok) return [];
  const used = new Set<string>();
  for (const text of textsOf(parsed.value)) {
    if (!text.includes("user")) continue;
    for (const { name } of functionReferences(text, user)) {
      if (name === undefined) return [];
      used.add(name);
    }
  }
  return [...template.rawVariables.values()]
    .filter(({ name }) => !used.has(name))
    .map(({ name, range }) =>
      problem("strict/unused-variable", `Unused variable "${name}"`, {
        detail: "Nothing in the template refers to it. Remove it, or leave out -strict.",
        subject: range,
      }),
    );
}
