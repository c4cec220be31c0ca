import { BOOL, DYNAMIC, listOf, mapOf, NUMBER, objectOf, STRING, type Type } from "@kiln/hcl";
import type { Field, Schema } from "@kiln/sdk";
import type { BodySchema } from "./content.ts";

/** The HCL type of an option; `dynamic` where any value will do. Durations are written as strings. */
export function typeOf(field: Field): Type {
  switch (field.type) {
    case "string":
    case "duration":
      return STRING;
    case "number":
      return NUMBER;
    case "bool":
      return BOOL;
    case "list":
      return field.fields ? listOf(objectType(field.fields)) : collection(listOf, field.element);
    case "map":
      return collection(mapOf, field.element);
    case "object":
      return field.fields ? objectType(field.fields) : DYNAMIC;
    case "any":
      return DYNAMIC;
  }
}

/** A collection of anything keeps the types of its members apart, which HCL's collection types cannot. */
function collection(make: (element: Type) => Type, element: Field | undefined): Type {
  const inner = element ? typeOf(element) : DYNAMIC;
  return inner.kind === "dynamic" ? DYNAMIC : make(inner);
}

function objectType(fields: Schema): Type {
  const members = new Map(Object.entries(fields).map(([name, field]): [string, Type] => [name, typeOf(field)]));
  return objectOf(members, new Set(members.keys()));
}

/** What a body with these options may hold, and attributes that are not its own business. */
export function bodySchema(schema: Schema, reserved: ReadonlySet<string>): BodySchema {
  const attributes: string[] = [...reserved];
  const blocks = new Map<string, readonly string[]>();
  for (const [name, field] of Object.entries(schema)) {
    if (field.nesting === "block") blocks.set(name, []);
    else if (!reserved.has(name)) attributes.push(name);
  }
  return { attributes, blocks };
}
