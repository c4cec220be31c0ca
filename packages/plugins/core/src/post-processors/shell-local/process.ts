import type { PostProcessContext, PostProcessed } from "@kiln/sdk";
import type { LocalScriptConfig } from "../../local-script/options.ts";
import { runLocalScripts } from "../../local-script/run.ts";

/** Runs the scripts and passes the artifact on, whatever the template says about keeping it. A single word of command goes to `sh -c`. */
export async function process(config: LocalScriptConfig, ctx: PostProcessContext): Promise<PostProcessed> {
  const { execute_command: command } = config;
  const settings = command?.length === 1 ? { ...config, execute_command: ["sh", "-c", ...command] } : config;
  await runLocalScripts(settings, ctx);
  return { artifact: ctx.input, keepInput: true, forceKeep: true };
}
