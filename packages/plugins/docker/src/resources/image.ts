import type { Host, ResourceKind } from "@kiln/sdk";
import type { ContainerEngine } from "../engine/engine.ts";
import { type EngineRef, reopenDocker } from "../engine/open-engine.ts";
import { commandEnded, endCommand, isRunning } from "./running-command.ts";

/**
 * An image is known before it exists by a name of ours, or by the container that it is committed from. `before` is the image that bore
 * the name until then: that one is never ours; `from` the container of one that is committed under a name; `dockerfile` says that
 * `docker build` makes it.
 */
export type ImageIntent = { readonly engine: EngineRef } & (
  | { readonly name: string; readonly before?: string; readonly from?: string; readonly dockerfile?: true }
  | { readonly container: string; readonly source: string; readonly after: string }
);
export type ImageRef = { readonly engine: EngineRef; readonly name: string; readonly dockerfile?: true };

/** Clocks of this machine and of the engine's may differ by this much. */
const clockSkewMs = 5_000;
const pauseMs = 200;

/** An image that a build makes. */
export const imageKind: ResourceKind<ImageIntent, ImageRef> = {
  kind: "docker.image",
  describe: (intent, ref) =>
    `docker image ${ref?.name ?? ("name" in intent ? intent.name : `of container ${intent.container.slice(0, 12)}`)}`,
  async find(intent, { host }, signal) {
    const { engine } = await reopenDocker(intent.engine, host);
    if ("name" in intent) {
      const { name, before, from, dockerfile } = intent;
      // Nobody waits for it any more, and it may take its time: it is ended when its image is removed.
      if (dockerfile && (await isRunning(name, host))) return [{ engine: intent.engine, name, dockerfile }];
      await commandEnded(name, host, signal);
      if (from !== undefined) await resumed(from, engine, host, signal);
      const found = await engine.image(name, signal);
      return found && found.id !== before ? [{ engine: intent.engine, name }] : [];
    }
    const ids = await committed(intent, engine, host, signal);
    return ids.map((name) => ({ engine: intent.engine, name }));
  },
  async release({ engine: ref, name, dockerfile }, { host }, signal) {
    if (dockerfile) await endCommand(name, host, signal);
    const { engine } = await reopenDocker(ref, host);
    await engine.removeImage(name, signal);
  },
};

/** A commit goes on when nobody waits for it any more; the container is paused until its image is there. */
async function resumed(container: string, engine: ContainerEngine, host: Host, signal: AbortSignal): Promise<void> {
  while ((await engine.container(container, signal))?.paused) await host.clock.sleep(pauseMs, signal);
}

/** The images without a name that were committed from the container, or, where the engine no longer says, from its image since then. */
async function committed(
  intent: Extract<ImageIntent, { container: string }>,
  engine: ContainerEngine,
  host: Host,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await resumed(intent.container, engine, host, signal);
  const since = Date.parse(intent.after) - clockSkewMs;
  const found: string[] = [];
  for (const id of await engine.namelessImages(signal)) {
    const image = await engine.image(id, signal);
    if (!image || Date.parse(image.created) < since) continue;
    const ours = image.container !== "" ? image.container === intent.container : image.parent === intent.source;
    if (ours) found.push(image.id);
  }
  return found;
}
