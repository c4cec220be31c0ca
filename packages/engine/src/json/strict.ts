import { functionReferences } from "@kiln/go-template";
import { type Diagnostic, nearestName, problem } from "@kiln/sdk";
import type { JsonTemplate } from "./json-template.ts";
import { textsOf } from "./node.ts";
import { parseJson } from "./parse-json.ts";
import type { Assigned } from "./var-files.ts";

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

/** Variables that a file or an argument sets and the template does not declare: what `-strict` refuses. */
export function undeclaredVariables(
  template: JsonTemplate,
  assigned: ReadonlyMap<string, Assigned>,
): readonly Diagnostic[] {
  const undeclared = [...assigned].filter(([name]) => !template.rawVariables.has(name));
  return undeclared.map(([name, { place }]) => {
    const near = nearestName(name, template.rawVariables.keys());
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    return problem("strict/undeclared-variable", `Undeclared variable "${name}"`, {
      detail: `It is set, but the template's "variables" do not have it. Declare it, or leave out -strict.${hint}`,
      ...(place && { subject: place.source.range(place.node.start, place.node.end) }),
    });
  });
}
