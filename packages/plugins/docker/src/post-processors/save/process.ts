import type { PostProcessContext, PostProcessed } from "@kiln/sdk";
import { openDocker } from "../../engine/open-engine.ts";
import { writeWhole } from "../../write-whole.ts";
import { demand, imageIds } from "../input.ts";
import type { Config } from "./config.ts";

/** Writes the image with its layers and names; the artifact goes on as it is. */
export async function saveImage(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { ui, input, signal } = ctx;
  const { path = "" } = config;
  demand(input, imageIds, "Can only save Docker builder artifacts.");
  const { command } = await openDocker(config.docker_path, ctx.host);
  ui.message(`Saving image: ${input.id}`);
  await writeWhole(ctx, path, command.output("Error saving image", ["save", input.id], signal));
  ui.message(`Saved to: ${path}`);
  return { artifact: input, keepInput: true };
}
