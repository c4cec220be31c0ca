import type { PostProcessContext, PostProcessed } from "@kiln/sdk";
import { fileListArtifact } from "../file-list-artifact.ts";
import type { Config } from "./config.ts";

/** Replaces the artifact's files by those of the template. Patterns that match nothing are dropped without a word, as Packer does. */
export async function process(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { input, ui, host } = ctx;
  if (input.files.length > 0) ui.say(`Discarding files from artifact: ${input.files.join(", ")}`);
  const files: string[] = [];
  for (const pattern of config.files ?? []) files.push(...(await host.files.glob(pattern)));
  ui.say(`Using these artifact files: ${files.join(", ")}`);
  return { artifact: fileListArtifact("packer.post-processor.artifice", files, host), keepInput: true };
}
