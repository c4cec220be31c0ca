import type { InputsContext, StepInputs, Unrepeatable } from "@kiln/sdk";
import { renderedOption } from "@kiln/sdk/guest";
import type { Config } from "./config.ts";

/** Everything that decides what Chef does: its options, and all that is sent. */
export function inputs(config: Config, run: InputsContext): StepInputs | Unrepeatable {
  // Its text may name variables and values of the run, behind conditions that only the run decides.
  if (config.config_template) return { never: "renders its config_template while it runs" };
  const { execute_command, install_command, ...rest } = config;
  const data = {
    ConfigPath: "<config>",
    JsonPath: "<json>",
    Sudo: !config.prevent_sudo,
    Version: config.version ?? "",
  };
  return {
    config: {
      ...rest,
      execute_command: renderedOption(run, "execute_command", execute_command ?? "", data),
      install_command: renderedOption(run, "install_command", install_command ?? "", data),
    },
    files: [
      config.encrypted_data_bag_secret_path,
      config.roles_path,
      config.data_bags_path,
      config.environments_path,
      ...(config.cookbook_paths ?? []),
    ].filter((path): path is string => Boolean(path)),
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}
