import type { ComponentKind, Registry } from "@kiln/engine";
import { nearestName } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { optionsSchema } from "./json-schema.ts";
import { templateSchema } from "./template-schema.ts";

const kinds = ["builder", "provisioner", "post-processor", "data-source"] as const satisfies readonly ComponentKind[];

/** `schema [[KIND] TYPE]`: JSON Schema of templates, or of one component's options. */
export async function schema(io: Io, args: readonly string[]): Promise<number> {
  const printer = new Printer(io);
  const { registry } = composeEngine(io.host, io.journals);
  if (args.length === 0) {
    printer.raw(`${JSON.stringify(await templateSchema(registry), null, 2)}\n`);
    return 0;
  }
  const [kind, type] = args.length === 1 ? kindAndType(registry, args[0] ?? "") : args;
  const known = kinds.find((k) => k === kind);
  const component = known && type !== undefined ? await registry.find(known, type) : undefined;
  if (!component) {
    printer.error(refusal(registry, args));
    return 1;
  }
  const $schema = "https://json-schema.org/draft/2020-12/schema";
  const options = { $schema, title: `${kind} ${component.type}`, description: component.doc };
  printer.raw(`${JSON.stringify({ ...options, ...optionsSchema(component.config) }, null, 2)}\n`);
  return 0;
}

const kindsWith = (registry: Registry, type: string): readonly ComponentKind[] =>
  kinds.filter((kind) => registry.types(kind).includes(type));

/** A type alone says its kind where there is no other component of that type. */
export function kindAndType(registry: Registry, type: string): readonly string[] {
  const [kind, second] = kindsWith(registry, type);
  return kind === undefined || second !== undefined ? [] : [kind, type];
}

/** Why the arguments of `schema` name no component. */
export function refusal(registry: Registry, [first = "", type]: readonly string[]): string {
  const kind = kinds.find((k) => k === first);
  if (kind) {
    const near = type === undefined ? undefined : nearestName(type, registry.types(kind));
    const guess = near === undefined ? `Types: ${registry.types(kind).join(", ")}.` : `Did you mean "${near}"?`;
    return type === undefined ? `Which ${kind}? ${guess}` : `There is no ${kind} "${type}". ${guess}`;
  }
  if (type !== undefined) return `There is no kind of component called "${first}". Kinds: ${kinds.join(", ")}.`;
  const having = kindsWith(registry, first);
  if (having.length > 0)
    return `There is more than one "${first}". Say which: ${having.map((k) => `${k} ${first}`).join(", ")}.`;
  const known = kinds.flatMap((k) => registry.types(k));
  const near = nearestName(first, known);
  const guess = near === undefined ? `Types: ${[...new Set(known)].join(", ")}.` : `Did you mean "${near}"?`;
  return `There is no component "${first}". ${guess}`;
}
