import { type InputsContext, renderedOption, type StepInputs } from "@kiln/sdk";
import { buildText } from "../command.ts";
import type { Config } from "./config.ts";

/** Everything that decides what Puppet does: its options, and all that is sent. */
export function inputs(config: Config, run: InputsContext): StepInputs {
  const { elevated_password: _, execute_command, working_directory, elevated_user, ...rest } = config;
  const names = ["WorkingDir", "FacterVars", "Sudo", "PuppetBinDir", "Debug", "ExtraArguments", "HieraConfigPath"];
  const data = Object.fromEntries(
    [...names, "ManifestFile", "ManifestDir", "ModulePath", "ModulePathJoiner"].map((n) => [n, `<${n}>`]),
  );
  return {
    config: {
      ...rest,
      execute_command: renderedOption(
        run,
        { option: "execute_command", type: "*puppetmasterless.ExecuteTemplate" },
        execute_command ?? "",
        data,
      ),
      working_directory: buildText(run, "working_directory", working_directory ?? ""),
      elevated_user: buildText(run, "elevated_user", elevated_user ?? ""),
    },
    files: [config.manifest_file, config.manifest_dir, config.hiera_config_path, ...(config.module_paths ?? [])].filter(
      (path): path is string => Boolean(path),
    ),
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}
