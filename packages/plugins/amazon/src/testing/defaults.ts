import type { Field, Schema } from "@kiln/sdk";

/** Fills in defaults, at every depth, as the decoders do. Throws on options that the schema lacks. */
export function withDefaults(schema: Schema, given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  for (const name of Object.keys(given)) if (!schema[name]) throw new Error(`the schema has no option ${name}`);
  return Object.fromEntries(
    Object.entries(schema).flatMap(([name, field]) => {
      const value = given[name] === undefined ? field.fallback : filled(field, given[name]);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function filled(field: Field, value: unknown): unknown {
  if (!field.fields) return value;
  const { fields } = field;
  if (Array.isArray(value)) return value.map((one) => withDefaults(fields, one as Record<string, unknown>));
  return withDefaults(fields, value as Record<string, unknown>);
}
