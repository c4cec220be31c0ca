import { type BigFloat, Capsule, Unknown, type Value } from "@kiln/hcl";

/** How plain data stands for an unknown value: what Packer puts there before a component is prepared. */
export const unknownText = "<unknown>";

/** Plain data of a value: numbers as JavaScript has them, unknown parts as `<unknown>`, null members left out. */
export function plainOf(value: Value): unknown {
  const { raw } = value;
  if (raw === null) return null;
  if (raw instanceof Unknown) return unknownOf(value);
  if (raw instanceof Capsule) return undefined;
  if (typeof raw === "string" || typeof raw === "boolean") return raw;
  if (Array.isArray(raw)) return value.items.map(plainOf);
  if (raw instanceof Map) {
    const members = [...value.entries].filter(([, member]) => !member.isNull);
    return Object.fromEntries(members.map(([name, member]) => [name, plainOf(member)]));
  }
  return (raw as BigFloat).toNumber();
}

function unknownOf({ type, raw }: Value): unknown {
  switch (type.kind) {
    case "number":
      return 0;
    case "bool":
      return false;
    case "list":
    case "set":
    case "tuple":
      return [];
    case "map":
    case "object":
      return {};
    default:
      // A text that begins with something known: Packer loses that, and then misses the `=` of an environment variable.
      return `${(raw instanceof Unknown && raw.refinement.prefix) || ""}${unknownText}`;
  }
}

/** Whether any part of a value is unknown. */
export function isOpen(value: Value): boolean {
  if (value.raw instanceof Unknown) return true;
  if (value.items.some(isOpen)) return true;
  for (const member of value.entries.values()) if (isOpen(member)) return true;
  return false;
}

/** Every text inside a value, for masking. */
export function textsOf(value: Value, into: string[] = []): string[] {
  if (typeof value.raw === "string" && value.raw !== "") into.push(value.raw);
  for (const item of value.items) textsOf(item, into);
  for (const member of value.entries.values()) textsOf(member, into);
  return into;
}
