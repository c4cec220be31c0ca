import type { PrepareContext } from "../component.ts";
import { type Diagnostic, problem } from "../diagnostics.ts";
import { type OutputConfig, outputDirectory } from "../options/output.ts";

/** Refuses an output directory that exists, unless -force is given. */
export async function checkOutputDirectory(config: OutputConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  const directory = outputDirectory(config, ctx.buildName);
  if (ctx.force || !(await ctx.files.stat(directory))) return [];
  return [
    problem("output/exists", `Output directory '${directory}' already exists. It must not exist.`, {
      subject: config.output_directory === undefined ? ctx.at() : ctx.at("output_directory"),
      detail: "Remove it, choose another output_directory, or give -force to have it replaced.",
    }),
  ];
}
