import type { InputsContext, StepInputs } from "@kiln/sdk";
import { rendered } from "../../script/inline-script.ts";
import { scriptFiles } from "../../script/script-source.ts";
import type { Config } from "./config.ts";

/** What the scripts and all that surrounds them are. The password lets the elevated user in and changes nothing else. */
export function inputs(config: Config, run: InputsContext): StepInputs {
  const { inline, execute_command, elevated_execute_command, elevated_user, elevated_password: _, ...rest } = config;
  const render = (template: string | undefined): string =>
    rendered(run, template ?? "", { Vars: "<vars>", Path: "<path>" }, "command");
  return {
    config: {
      ...rest,
      inline: inline?.map(render),
      execute_command: render(execute_command),
      elevated_execute_command: render(elevated_execute_command),
      elevated_user: render(elevated_user),
    },
    files: scriptFiles(config),
    fileNoun: "script",
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}
