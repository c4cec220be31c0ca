import { rangeOf } from "@kiln/hcl";
import { type Diagnostic, problem } from "@kiln/sdk";
import type { HclTemplate } from "./hcl-template.ts";
import { attributeOf, referencesIn, referencesInBody } from "./references.ts";

/** Variables and locals that nothing refers to: what `-strict` refuses. A rule of a variable about itself is no use of it. */
export function unusedNames({ parts }: HclTemplate): readonly Diagnostic[] {
  const used = new Map<string, number>();
  for (const body of parts.files)
    for (const reference of referencesInBody(body)) {
      const name = attributeOf(reference, 0);
      const key = name === undefined ? reference.root : `${reference.root}.${name}`;
      used.set(key, (used.get(key) ?? 0) + 1);
    }
  const found: Diagnostic[] = [];
  for (const { name, nameSpan, validations } of parts.variables.values()) {
    const own = validations.flatMap(({ condition }) => referencesIn(condition)).length;
    if (!used.has("var") && (used.get(`var.${name}`) ?? 0) <= own)
      found.push(
        problem("strict/unused-variable", `Unused variable "${name}"`, {
          detail: "Nothing in the template refers to it. Remove it, or leave out -strict.",
          subject: rangeOf(nameSpan),
        }),
      );
  }
  for (const { name, nameSpan } of parts.locals.values())
    if (!used.has("local") && !used.has(`local.${name}`))
      found.push(
        problem("strict/unused-local", `Unused local "${name}"`, {
          detail: "Nothing in the template refers to it. Remove it, or leave out -strict.",
          subject: rangeOf(nameSpan),
        }),
      );
  return found;
}
