import type { BuildContext, Held } from "@kiln/sdk";
import type { Docker } from "../../engine/open-engine.ts";
import { orFail } from "../../failure.ts";
import { type ImageIntent, type ImageRef, imageKind } from "../../resources/image.ts";
import type { Settings } from "../config.ts";
import type { SourceImage } from "./pull.ts";

type What = Pick<Settings, "author" | "message" | "changes" | "windows_container">;

/** Makes an image of the container as it is now, with the command and entrypoint that its source image had. */
export async function commitContainer(
  ctx: BuildContext,
  docker: Docker,
  what: What,
  container: string,
  source: Pick<SourceImage, "id" | "command" | "entrypoint">,
): Promise<Held<string>> {
  const { ui, signal, host } = ctx;
  const { author, message, windows_container } = what;
  if (windows_container) {
    await orFail(ui, "Error stopping the container", signal, () => docker.engine.stop(container, signal));
  }
  ui.say("Committing the container");
  const options = {
    changes: changesKeeping(what.changes ?? [], source),
    ...(author !== undefined && { author }),
    ...(message !== undefined && { message }),
  };
  const held = await ctx.acquire<string, ImageIntent, ImageRef>({
    kind: imageKind,
    intent: { engine: docker.ref, container, source: source.id, after: host.clock.now().toISOString() },
    create: (work) =>
      orFail(ui, "Error committing container", work, () => docker.engine.commit(container, options, work)),
    ref: (name) => ({ engine: docker.ref, name }),
  });
  ui.message(`Image ID: ${held.value}`);
  ctx.publish({ ImageSha256: held.value });
  return held;
}

/**
 * Without these the image would have what the container was run with. An empty entrypoint is written `[""]`, which engines read as none;
 * an empty command as none, not as Packer's `[""]`, which would be an empty word.
 */
export function changesKeeping(
  changes: readonly string[],
  source: Pick<SourceImage, "command" | "entrypoint">,
): readonly string[] {
  const has = (instruction: string): boolean =>
    changes.some((change) => change.trim().split(/\s+/, 1)[0]?.toUpperCase() === instruction);
  const entrypoint = source.entrypoint.length > 0 ? source.entrypoint : [""];
  return [
    ...changes,
    ...(has("CMD") ? [] : [`CMD ${JSON.stringify(source.command)}`]),
    ...(has("ENTRYPOINT") ? [] : [`ENTRYPOINT ${JSON.stringify(entrypoint)}`]),
  ];
}
