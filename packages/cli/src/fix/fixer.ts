import type { Draft, JsonObject } from "./draft.ts";

/** One known incompatibility of older templates, and its remedy. Fixing twice changes nothing more. */
export interface Fixer {
  readonly name: string;
  /** For the help text. */
  readonly doc: string;
  fix(draft: Draft): void;
}

type Section = "builders" | "provisioners" | "postProcessors";
type ValueType = "string" | "boolean" | "number";

export interface Where {
  readonly in: Section;
  /** Exact types, or a beginning that ends in `*`; any where absent. */
  readonly types?: readonly string[];
}

export function matcher(types: readonly string[] | undefined): (type: string) => boolean {
  if (!types) return () => true;
  return (type) => types.some((t) => (t.endsWith("*") ? type.startsWith(t.slice(0, -1)) : type === t));
}

/** Components of a section and of some types. */
export function components(draft: Draft, where: Where): readonly JsonObject[] {
  return draft[where.in](matcher(where.types));
}

interface Rename extends Where {
  readonly from: string;
  readonly to: string;
  /** Only values of this type are touched. */
  readonly only?: ValueType;
  /** What happens where the new name is there already: the old value wins, or is dropped. */
  readonly existing: "replace" | "keep";
  readonly convert?: (value: unknown) => unknown;
}

/** An option that has another name today. */
export function rename(name: string, doc: string, ...renames: readonly Rename[]): Fixer {
  return {
    name,
    doc,
    fix: (draft) => {
      for (const { from, to, only, existing, convert, ...where } of renames)
        for (const component of components(draft, where)) {
          const value = component[from];
          if (!Object.hasOwn(component, from) || (only && typeof value !== only)) continue;
          delete component[from];
          if (existing === "replace" || !Object.hasOwn(component, to)) component[to] = convert ? convert(value) : value;
        }
    },
  };
}

interface Removal extends Where {
  readonly key: string;
}

/** An option that means nothing any more. */
export function remove(name: string, doc: string, ...removals: readonly Removal[]): Fixer {
  return {
    name,
    doc,
    fix: (draft) => {
      for (const { key, ...where } of removals) for (const component of components(draft, where)) delete component[key];
    },
  };
}

/** A type of builder that has another name today. */
export function renameType(name: string, doc: string, from: string, to: string): Fixer {
  return {
    name,
    doc,
    fix: (draft) => {
      for (const builder of draft.builders((type) => type === from)) builder["type"] = to;
    },
  };
}
