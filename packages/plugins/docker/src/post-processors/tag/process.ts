import type { PostProcessContext, PostProcessed } from "@kiln/sdk";
import { builderIds, imageArtifact, tagsOf } from "../../artifact.ts";
import { openDocker } from "../../engine/open-engine.ts";
import { demand, imageIds } from "../input.ts";
import type { Config } from "./config.ts";

/** Gives the names; the last one becomes the artifact's id. */
export async function tagImage(config: Config, ctx: PostProcessContext): Promise<PostProcessed> {
  const { ui, input, signal } = ctx;
  demand(input, imageIds, "Can only tag from Docker builder artifacts.");
  const docker = await openDocker(config.docker_path, ctx.host);
  const { repository = "" } = config;
  const tags = [...(config.tags ?? []), ...(config.tag ?? [])];
  const names = tags.length > 0 ? tags.map((tag) => `${repository}:${tag}`) : [repository];
  for (const name of names) {
    ui.message(`Tagging image: ${input.id}`);
    ui.message(`Repository: ${name}`);
    await docker.command.expect("Error tagging image", ["tag", input.id, name], { signal });
  }
  const id = names.at(-1) ?? repository;
  const state = { ...input.state, docker_tags: [...new Set([...tagsOf(input.state), ...names])] };
  const artifact = imageArtifact(builderIds.tag, id, state, docker.engine);
  // Destroying the image would take the names with it.
  return { artifact, keepInput: true, forceKeep: true };
}
