import { type InputsContext, type StepInputs, stepInputs } from "@kiln/sdk";
import { inlineScript } from "../../script/inline-script.ts";
import { scriptFiles } from "../../script/script-source.ts";
import { type Config, config } from "./config.ts";
import { commandTemplate } from "./provision.ts";

/**
 * What the scripts and all that surrounds them are. Where the script lies is random unless the template says, and so is left out; the web
 * server's address, which scripts find in their environment, is of the run and counts as the run's own business.
 */
export function inputs(settings: Config, run: InputsContext): StepInputs {
  const { inline, ...rest } = settings;
  const shebang = settings.inline_shebang || "/bin/sh -e";
  return stepInputs(
    config,
    {
      ...rest,
      ...(inline && { inline: inlineScript(run, inline, { shebang, always: true }) }),
      execute_command: commandTemplate(settings),
    },
    run,
    { files: scriptFiles(settings), fileNoun: "script" },
  );
}
