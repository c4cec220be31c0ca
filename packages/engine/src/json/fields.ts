import type { Field, Schema } from "@kiln/sdk";
import type { Member, ObjectNode } from "./node.ts";

/** A member by name: exactly, else by any case, as mapstructure matches. */
export function foldedMember(node: ObjectNode, name: string): Member | undefined {
  const lower = name.toLowerCase();
  return node.members.find((m) => m.key === name) ?? node.members.find((m) => m.key.toLowerCase() === lower);
}

/** A member's field: exactly, else by any case. */
export function fieldOf(schema: Schema, name: string): { readonly name: string; readonly field: Field } | undefined {
  const exact = Object.hasOwn(schema, name) ? schema[name] : undefined;
  if (exact) return { name, field: exact };
  const lower = name.toLowerCase();
  const folded = Object.entries(schema).find(([key]) => key.toLowerCase() === lower);
  return folded && { name: folded[0], field: folded[1] };
}
