import { type Reference, rangeOf } from "@kiln/hcl";
import { type Diagnostic, problem } from "@kiln/sdk";
import type { HclData, HclLocal, HclParts } from "../hcl-template.ts";
import { attributeOf, referencesIn, referencesInBody } from "../references.ts";
import type { Node } from "./order.ts";

/** A local or a data source, and which others it needs. */
export type Dependent = Node &
  ({ readonly kind: "local"; readonly local: HclLocal } | { readonly kind: "data"; readonly data: HclData });

export const localKey = (name: string): string => `local.${name}`;
export const dataKey = (type: string, name: string): string => `data.${type}.${name}`;

/** Locals and data sources with what they need of each other. Whoever uses all locals at once (`keys(local)`) needs all others. */
export function dependents(parts: HclParts): readonly Dependent[] {
  const allLocals = [...parts.locals.keys()].map(localKey);
  const allData = parts.data.map(({ type, name }) => dataKey(type, name));
  const needs = (own: string, references: Iterable<Reference>): readonly string[] => {
    const keys = new Set<string>();
    for (const reference of references) {
      if (reference.root === "local") {
        const name = attributeOf(reference, 0);
        for (const key of name === undefined ? allLocals.filter((k) => k !== own) : [localKey(name)]) keys.add(key);
      } else if (reference.root === "data") {
        const type = attributeOf(reference, 0);
        const name = attributeOf(reference, 1);
        const start = type === undefined ? "data." : `data.${type}.`;
        const wanted =
          type !== undefined && name !== undefined
            ? [dataKey(type, name)]
            : allData.filter((k) => k.startsWith(start) && k !== own);
        for (const key of wanted) keys.add(key);
      }
    }
    return [...keys];
  };
  const data = parts.data.map((item): Dependent => {
    const key = dataKey(item.type, item.name);
    return { kind: "data", key, data: item, needs: needs(key, referencesInBody(item.block.body)) };
  });
  const locals = [...parts.locals.values()].map((local): Dependent => {
    const key = localKey(local.name);
    return { kind: "local", key, local, needs: needs(key, referencesIn(local.expression)) };
  });
  return [...data, ...locals];
}

/** `failed to prepare execution graph`, with the way round. */
export function cycle(circle: readonly Dependent[]): Diagnostic {
  const [first] = circle;
  const span = first?.kind === "local" ? first.local.nameSpan : first?.data.block.typeSpan;
  return problem("template/cycle", "failed to prepare execution graph", {
    detail: `These refer to each other in a circle: ${circle.map(({ key }) => key).join(" -> ")}`,
    subject: span && rangeOf(span),
  });
}
