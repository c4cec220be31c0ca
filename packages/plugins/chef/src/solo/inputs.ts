import { type InputsContext, renderedOption, type StepInputs, type Unrepeatable } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** Everything that decides what Chef does: its options, and all that is sent. */
export function inputs(config: Config, run: InputsContext): StepInputs | Unrepeatable {
  // Its text may name variables and values of the run, behind conditions that only the run decides.
  if (config.config_template) return { never: "renders its config_template while it runs" };
  const { execute_command, install_command, ...rest } = config;
  const rendered = (option: string, text = ""): string =>
    renderedOption(run, { option, type: "*chefsolo.ExecuteTemplate" }, text, data);
  const data = {
    ConfigPath: "<config>",
    JsonPath: "<json>",
    Sudo: !config.prevent_sudo,
    Version: config.version ?? "",
  };
  return {
    config: {
      ...rest,
      execute_command: rendered("execute_command", execute_command),
      install_command: rendered("install_command", install_command),
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
