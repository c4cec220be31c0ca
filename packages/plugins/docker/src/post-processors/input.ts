import { type Artifact, StepError } from "@kiln/sdk";
import { builderIds } from "../artifact.ts";

/** Refuses what the post-processor can do nothing with. `allowed` says in Packer's words what it can. */
export function demand(input: Artifact, ids: readonly string[], allowed: string): void {
  if (ids.includes(input.builderId)) return;
  throw new StepError(`Unknown artifact type: ${input.builderId}\n${allowed}`, { code: "docker/wrong-artifact" });
}

/** What docker-import and docker-tag make, and a committed container. */
export const imageIds: readonly string[] = [builderIds.import, builderIds.tag];
