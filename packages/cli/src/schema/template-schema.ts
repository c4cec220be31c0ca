import type { ComponentKind, Registry } from "@kiln/engine";
import { type JsonSchema, optionsSchema } from "./json-schema.ts";

const text = { type: "string" } as const;
const texts = { type: "array", items: text } as const;
/** The engine reads its own members as loosely as components do theirs. */
const looseText = { type: ["string", "number"] } as const;
const builderNames = { anyOf: [{ type: "array", items: looseText }, looseText] } as const;

/** Members of an element that are not the component's own. */
const engineMembers: Readonly<Record<Exclude<ComponentKind, "data-source">, JsonSchema>> = {
  builder: { name: looseText },
  provisioner: {
    only: builderNames,
    except: builderNames,
    override: { type: "object", additionalProperties: { type: "object" } },
    pause_before: looseText,
    timeout: looseText,
    max_retries: { type: ["number", "string"] },
  },
  "post-processor": { name: text, only: texts, except: texts, keep_input_artifact: { type: "boolean" } },
};

/** The JSON Schema of JSON templates, with every component that is built in. */
export async function templateSchema(registry: Registry): Promise<JsonSchema> {
  const definitions: Record<string, JsonSchema> = {};
  const alternatives = async (kind: keyof typeof engineMembers): Promise<JsonSchema> => {
    const names: string[] = [];
    for (const type of registry.types(kind)) {
      const component = await registry.find(kind, type);
      if (!component) continue;
      const options = optionsSchema(component.config) as { properties: JsonSchema; required?: readonly string[] };
      definitions[`${kind}.${type}`] = {
        ...options,
        description: component.doc,
        properties: { type: { const: type }, ...engineMembers[kind], ...options.properties },
        required: ["type", ...(options.required ?? [])],
      };
      names.push(`${kind}.${type}`);
    }
    return { oneOf: names.map((name) => ({ $ref: `#/$defs/${name}` })) };
  };
  const builder = await alternatives("builder");
  const provisioner = await alternatives("provisioner");
  const postProcessor = await alternatives("post-processor");
  const step = { anyOf: [text, postProcessor] };
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Packer JSON template",
    type: "object",
    properties: {
      min_packer_version: text,
      description: text,
      variables: { type: "object", additionalProperties: { type: ["string", "null"] } },
      "sensitive-variables": texts,
      builders: { type: "array", items: builder, minItems: 1 },
      provisioners: { type: "array", items: provisioner },
      "error-cleanup-provisioner": provisioner,
      "post-processors": { type: "array", items: { anyOf: [step, { type: "array", items: step }] } },
      comments: { type: "array", items: { type: "object" } },
      push: { type: "object" },
    },
    patternProperties: { "^_": text },
    additionalProperties: false,
    required: ["builders"],
    $defs: definitions,
  };
}
