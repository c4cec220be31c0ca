import type { InputsContext, StepInputs } from "@kiln/sdk";
import { inlineScript, rendered } from "../../script/inline-script.ts";
import { scriptFiles } from "../../script/script-source.ts";
import type { Config } from "./config.ts";
import { commandTemplate } from "./provision.ts";

/**
 * What the scripts and all that surrounds them are. Where the script lies is random unless the template says, and so is left out; the web
 * server's address, which scripts find in their environment, is of the run and counts as the run's own business.
 */
export function inputs(config: Config, run: InputsContext): StepInputs {
  const { inline, execute_command: _, ...rest } = config;
  return {
    config: {
      ...rest,
      ...(inline && {
        inline: inlineScript(run, inline, { shebang: config.inline_shebang || "/bin/sh -e", always: true }),
      }),
      execute_command: rendered(
        run,
        commandTemplate(config),
        { Vars: "<vars>", Path: "<path>", EnvVarFile: "<env-file>" },
        "command",
      ),
    },
    files: scriptFiles(config),
    fileNoun: "script",
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}
