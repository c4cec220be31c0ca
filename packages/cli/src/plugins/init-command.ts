import type { PluginRequirement } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { parseInput, type TemplateInput } from "../template/load-template.ts";
import { builtInSources, isBuiltIn } from "./built-in.ts";

const nothingRequired = `No plugins requirement found, make sure you reference a Packer config
containing a packer.required_plugins block. See
https://www.packer.io/docs/templates/hcl_templates/blocks/packer
for more info.`;

/** The plugins an HCL2 template asks for; undefined where it cannot be read, which was then said. */
async function requirements(
  io: Io,
  input: TemplateInput,
  printer: Printer,
): Promise<ReadonlyMap<string, PluginRequirement> | undefined> {
  const parsed = await parseInput(io, input);
  if (printer.diagnostics(parsed.ok ? parsed.warnings : parsed.diagnostics, parsed.sources.lineOf) || !parsed.ok)
    return undefined;
  if (parsed.value.syntax === "hcl2") return parsed.value.template.requiredPlugins;
  printer.error(
    `Error: plugins currently only works with HCL2 templates: ${input.path} is JSON, whose components are looked up by their type. Try \`${io.invokedAs} hcl2_upgrade\`.`,
  );
  return undefined;
}

/** `init TEMPLATE`: looks whether what the template requires is there. Nothing is fetched. Source: core-behaviour §1.11. */
export async function init(io: Io, input: TemplateInput): Promise<number> {
  const printer = new Printer(io);
  const required = await requirements(io, input, printer);
  if (!required) return 1;
  if (required.size === 0) {
    printer.say(nothingRequired);
    return 0;
  }
  let code = 0;
  for (const { source, version } of required.values()) {
    if (isBuiltIn(source)) printer.say(`Plugin ${source} ${version} is built into Kiln: nothing to install.`);
    else {
      code = 1;
      printer.error(
        `Failed getting the "${source}" plugin:\nit is not built into Kiln. Built in: ${builtInSources.join(", ")}.`,
      );
    }
  }
  return code;
}

/** `plugins required TEMPLATE`: one line per requirement. */
export async function pluginsRequired(io: Io, input: TemplateInput): Promise<number> {
  const printer = new Printer(io);
  const required = await requirements(io, input, printer);
  if (!required) return 1;
  if (required.size === 0) printer.say(nothingRequired);
  for (const [name, { source, version }] of required)
    printer.say(`${name} ${source} ${JSON.stringify(version)} ${isBuiltIn(source) ? "(built in)" : "(missing)"}`);
  return 0;
}
