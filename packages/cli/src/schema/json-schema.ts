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

/** Packer converts loosely; a bare number of time counts nanoseconds. */
const scalars = {
  string: ["string", "number", "boolean"],
  number: ["number", "string", "boolean"],
  bool: ["boolean", "string", "number"],
  duration: ["string", "number"],
} as const;

function shape(field: Field): JsonSchema {
  const { fields, element } = field;
  // What is null counts as not given.
  const absent = field.required ? [] : (["null"] as const);
  switch (field.type) {
    case "string":
      if (field.choices) return { type: "string", enum: field.choices };
      return { type: [...scalars.string, ...absent] };
    case "number":
    case "bool":
      return { type: [...scalars[field.type], ...absent] };
    case "duration":
      return { type: [...scalars.duration, ...absent], examples: ["10s", "1h5m"] };
    case "list": {
      const item = fields ? optionsSchema(fields) : element ? fieldSchema(element) : {};
      // One block may stand alone, and one value for a list of one.
      return { anyOf: [{ type: "array", items: item }, fields || element ? item : {}] };
    }
    case "map": {
      const members = { additionalProperties: element ? fieldSchema(element) : true };
      // Several objects are laid over each other.
      return { type: ["object", "array", ...absent], ...members, items: { type: "object", ...members } };
    }
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
