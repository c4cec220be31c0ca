import { type ProvisionContext, renderedOption } from "@kiln/sdk";
import type { GuestOs } from "@kiln/sdk/guest";
import { attributesFile } from "./attributes.ts";
import type { ChefConfig } from "./options.ts";
import { type Staging, writeConfiguration } from "./staging.ts";

/** How one of Chef's programs is configured and started. */
export interface ChefProgram {
  readonly name: "chef-solo" | "chef-client";
  /** Names of its files in the staging directory. */
  readonly configFile: string;
  readonly attributesFile: string;
  /** The configuration where the template gives no text of its own. */
  readonly configText: string;
}

/** Writes the configuration and the attributes; resolves with the command that runs the program on them. */
export async function configure(
  program: ChefProgram,
  config: ChefConfig,
  data: Readonly<Record<string, unknown>>,
  staging: Staging,
  os: GuestOs,
  ctx: ProvisionContext,
): Promise<string> {
  const types = program.name.replace("-", "");
  const text = config.config_template
    ? renderedOption(
        ctx,
        { option: "config_template", type: `*${types}.ConfigTemplate` },
        await ctx.host.files.readText(config.config_template),
        data,
      )
    : program.configText;
  const configPath = staging.at(program.configFile);
  await writeConfiguration(`Creating configuration file '${program.configFile}'`, text, configPath, ctx);
  const jsonPath = staging.at(program.attributesFile);
  await writeConfiguration("Creating JSON attribute file", attributesFile(config), jsonPath, ctx);

  if (config.execute_command) {
    const option = { option: "execute_command", type: `*${types}.ExecuteTemplate`, complaint: "Error executing Chef" };
    return renderedOption(ctx, option, config.execute_command, {
      ConfigPath: configPath,
      JsonPath: jsonPath,
      Sudo: !config.prevent_sudo,
    });
  }
  const sudo = config.prevent_sudo ? "" : "sudo ";
  const path = os === "windows" ? `c:/opscode/chef/bin/${program.name}.bat` : `${sudo}${program.name}`;
  return `${path} --no-color -c ${configPath} -j ${jsonPath}`;
}
