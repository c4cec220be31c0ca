import type { Field, Schema } from "@kiln/sdk";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** The JSON Schema of a component's options, as JSON templates write them: numbers and booleans may be text. */
export function optionsSchema(schema: Schema): JsonSchema {
  const shown = Object.entries(schema).filter(([, field]) => !field.hidden);
  const needed = shown.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(shown.map(([name, field]) => [name, fieldSchema(field)])),
    ...(needed.length > 0 && { required: needed }),
    additionalProperties: false,
  };
}

function fieldSchema(field: Field): JsonSchema {
  return {
    ...shape(field),
    ...(field.doc !== "" && { description: field.doc }),
    ...(field.fallback !== undefined && isPlain(field.fallback) && { default: shownDefault(field) }),
    ...(field.deprecated && { deprecated: true }),
  };
}

function shape(field: Field): JsonSchema {
  const { fields, element } = field;
  switch (field.type) {
    case "string":
      return field.choices ? { type: "string", enum: field.choices } : { type: "string" };
    case "number":
      return { type: ["number", "string"] };
    case "bool":
      return { type: ["boolean", "string"] };
    case "duration":
      return { type: "string", examples: ["10s", "1h5m"] };
    case "list": {
      const item = fields ? optionsSchema(fields) : element ? fieldSchema(element) : {};
      // One block may stand alone, and one value for a list of one.
      return { anyOf: [{ type: "array", items: item }, fields || element ? item : {}] };
    }
    case "map":
      return { type: "object", additionalProperties: element ? fieldSchema(element) : true };
    case "object":
      return fields ? optionsSchema(fields) : { type: "object" };
    case "any":
      return {};
  }
}

function isPlain(value: unknown): boolean {
  return ["string", "number", "boolean"].includes(typeof value);
}

function shownDefault({ type, fallback }: Field): unknown {
  return type === "duration" && typeof fallback === "number" ? `${fallback / 1000}s` : fallback;
}
