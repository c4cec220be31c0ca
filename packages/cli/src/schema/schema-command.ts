import type { ComponentKind } from "@kiln/engine";
import { nearestName } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { optionsSchema } from "./json-schema.ts";
import { templateSchema } from "./template-schema.ts";

const kinds = ["builder", "provisioner", "post-processor", "data-source"] as const satisfies readonly ComponentKind[];

/** `schema [KIND TYPE]`: JSON Schema of templates, or of one component's options. */
export async function schema(io: Io, [kind, type]: readonly string[]): Promise<number> {
  const printer = new Printer(io);
  const { registry } = composeEngine(io.host, io.journals);
  if (kind === undefined) {
    printer.raw(`${JSON.stringify(await templateSchema(registry), null, 2)}\n`);
    return 0;
  }
  const known = kinds.find((k) => k === kind);
  const component = known && type !== undefined ? await registry.find(known, type) : undefined;
  if (component) {
    const $schema = "https://json-schema.org/draft/2020-12/schema";
    const options = { $schema, title: `${kind} ${component.type}`, description: component.doc };
    printer.raw(`${JSON.stringify({ ...options, ...optionsSchema(component.config) }, null, 2)}\n`);
    return 0;
  }
  if (!known) printer.error(`There is no kind of component called "${kind}". Kinds: ${kinds.join(", ")}.`);
  else {
    const near = type === undefined ? undefined : nearestName(type, registry.types(known));
    const guess = near === undefined ? `Types: ${registry.types(known).join(", ")}.` : `Did you mean "${near}"?`;
    printer.error(type === undefined ? `Which ${kind}? ${guess}` : `There is no ${kind} "${type}". ${guess}`);
  }
  return 1;
}
