import { type BuildContext, type Checkpoint, type Json, StepError } from "@kiln/sdk";
import { changesKeeping } from "../builder/steps/commit.ts";
import type { Docker } from "../engine/open-engine.ts";
import { type ImageIntent, type ImageRef, imageKind } from "../resources/image.ts";
import { asked, type CachedContainer } from "./cached-container.ts";
import { notInAnImage } from "./not-in-an-image.ts";

/** An image that holds a container's files between two provisioners. Its name keeps it from being pruned as nameless. */
export type StoredImage = { readonly name: string; readonly id: string };

export function isStoredImage(ref: Json): ref is StoredImage {
  return typeof ref === "object" && ref !== null && "name" in ref && "id" in ref;
}

/** Commits the container with the command and entrypoint of its source image, so that it can be run as that one was. */
export async function storeImage(
  ctx: BuildContext,
  docker: Docker,
  container: CachedContainer,
  place: { readonly name: string; readonly signal: AbortSignal },
): Promise<Checkpoint> {
  const { signal } = place;
  const lost = await notInAnImage(ctx, docker, container, signal);
  if (lost !== undefined) throw new StepError(lost, { code: "docker/more-than-files" });
  const name = `kiln-cache:${place.name}`;
  const before = await sizeOf(docker, container.startedFrom, signal);
  const held = await ctx.acquire<string, ImageIntent, ImageRef>({
    kind: imageKind,
    intent: { engine: docker.ref, name, from: container.id },
    create: (work) => docker.engine.commit(container.id, { name, changes: changesKeeping([], container.source) }, work),
    ref: () => ({ engine: docker.ref, name }),
  });
  const bytes = Math.max(0, (await sizeOf(docker, name, signal)) - before);
  const ref: StoredImage = { name, id: held.value };
  return { ref, outside: { held, kind: imageKind.kind, ref: { engine: docker.ref, name }, bytes } };
}

async function sizeOf(docker: Docker, image: string, signal: AbortSignal): Promise<number> {
  return Number(await asked(docker, ["image", "inspect", "--format", "{{.Size}}", image], signal));
}
