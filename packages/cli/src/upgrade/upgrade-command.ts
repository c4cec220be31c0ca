import { dirname, resolve } from "node:path";
import { upgradeTemplate } from "@kiln/engine";
import { messageOf } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { parseInput, type TemplateInput } from "../template/load-template.ts";

export interface UpgradeOptions extends TemplateInput {
  /** The file to write; the template's name with `.pkr.hcl` where absent. */
  readonly output?: string;
  readonly annotations: boolean;
}

/**
 * `hcl2_upgrade TEMPLATE`: writes a JSON template as an HCL2 one. Source: core-behaviour §1.10; an existing file is left alone where the
 * template cannot be read.
 */
export async function upgrade(io: Io, options: UpgradeOptions): Promise<number> {
  const printer = new Printer(io);
  const parsed = await parseInput(io, options);
  if (printer.diagnostics(parsed.ok ? parsed.warnings : parsed.diagnostics, parsed.sources.lineOf) || !parsed.ok)
    return 1;
  if (parsed.value.syntax === "hcl2") {
    printer.error(`Error: ${options.path} is an HCL2 template already.`);
    return 1;
  }
  const { registry } = composeEngine(io.host, io.journals);
  const { text, unknownBuilders } = await upgradeTemplate(parsed.value.template, {
    annotations: options.annotations,
    schemaOf: async (kind, type) => (await registry.find(kind, type))?.config,
  });
  const output = options.output ?? `${options.path === "-" ? "template" : options.path}.pkr.hcl`;
  const file = resolve(io.host.cwd, output);
  try {
    await io.host.files.makeDirectory(dirname(file), { recursive: true });
    await io.host.files.write(file, text);
  } catch (error) {
    printer.error(`Error: Failed to write ${output}: ${messageOf(error)}`);
    return 1;
  }
  for (const type of unknownBuilders)
    printer.error(
      `unknown builder type: "${type}"\nIts options were taken over by their looks: check which are blocks and which are arguments.`,
    );
  const code = unknownBuilders.length > 0 ? 1 : 0;
  printer.say(`Successfully created ${output}. Exit ${code}`);
  return code;
}
