import type { InputsContext, StepInputs } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { scriptFiles } from "../../script/script-source.ts";
import type { Config } from "./config.ts";

/** What the batch files and all that surrounds them are. */
export function inputs(config: Config, run: InputsContext): StepInputs {
  const { inline, execute_command, ...rest } = config;
  const render = (template: string): string =>
    rendered(run, template, { Vars: "<vars>", Path: config.remote_path }, "command");
  return {
    config: { ...rest, inline: inline?.map(render), execute_command: render(execute_command) },
    files: scriptFiles(config),
    fileNoun: "script",
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}
