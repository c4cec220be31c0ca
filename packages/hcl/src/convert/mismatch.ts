import { goQuote } from "@kiln/sdk";
import {
  constraintName,
  isCollection,
  isPrimitive,
  type ObjectType,
  sameType,
  type Type,
  typeName,
} from "../values/type.ts";
import { compareText } from "../values/value.ts";

/** Whether values of one type can become values of the other, some of them at least if `unsafe`. */
export type Convertible = (from: Type, to: Type, unsafe: boolean) => boolean;

/** Why a value of type `got` can never become one of type `want`, in the words of cty. */
export function mismatch(got: Type, want: Type, convertible: Convertible): string {
  if (got.kind === "object" && want.kind === "object") return objects(got, want, convertible);
  if (isCollection(want)) {
    const anyElement = want.element.kind === "dynamic";
    const fits = want.kind === "map" ? "object" : "tuple";
    if (got.kind === fits && anyElement) return `all ${want.kind} elements must have the same type`;
    if (got.kind === "tuple" || got.kind === "object") {
      if (got.kind !== fits) return `${constraintName(want)} required`;
      const parts: Iterable<readonly [string, Type]> =
        got.kind === "object"
          ? [...got.attributes].map(([name, type]) => [goQuote(name), type] as const)
          : got.elements.map((type, i) => [String(i), type] as const);
      for (const [where, type] of parts) {
        if (sameType(type, want.element) || convertible(type, want.element, true)) continue;
        return `element ${where}: ${mismatch(type, want.element, convertible)}`;
      }
      return `all elements must be ${constraintName(want.element)}`;
    }
    if (isCollection(got)) {
      if ((want.kind === "map") !== (got.kind === "map")) return `${constraintName(want)} required`;
      return `incorrect ${want.kind} element type: ${mismatch(got.element, want.element, convertible)}`;
    }
  }
  const telling = isPrimitive(want) || isPrimitive(got) || (want.kind === "object" && got.kind === "tuple");
  if (telling) return `${typeName(want)} required, but have ${typeName(got)}`;
  return `${constraintName(want)} required`;
}

function objects(got: ObjectType, want: ObjectType, convertible: Convertible): string {
  const missing: string[] = [];
  let unsafe: string | undefined;
  let safe: string | undefined;
  for (const [name, type] of [...want.attributes].sort(([a], [b]) => compareText(a, b))) {
    const theirs = got.attributes.get(name);
    if (!theirs) {
      if (!want.optional.has(name)) missing.push(goQuote(name));
      continue;
    }
    if (sameType(theirs, type) || unsafe !== undefined) continue;
    if (!convertible(theirs, type, true)) unsafe = `attribute ${goQuote(name)}: ${mismatch(theirs, type, convertible)}`;
    else if (safe === undefined && !convertible(theirs, type, false)) {
      safe = `attribute ${goQuote(name)}: ${mismatch(theirs, type, convertible)}`;
    }
  }
  if (missing.length === 1) return `attribute ${missing[0]} is required`;
  if (missing.length === 2) return `attributes ${missing[0]} and ${missing[1]} are required`;
  if (missing.length > 2) return `attributes ${missing.slice(0, -1).join(", ")}, and ${missing.at(-1)} are required`;
  return unsafe ?? safe ?? "incorrect object attributes";
}
