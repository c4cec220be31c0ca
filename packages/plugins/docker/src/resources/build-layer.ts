import { codeOf, type Host, type ResourceKind } from "@kiln/sdk";
import type { ContainerEngine } from "../engine/engine.ts";
import { type EngineRef, reopenDocker } from "../engine/open-engine.ts";
import { removed } from "./container.ts";
import { endCommand } from "./running-command.ts";

/**
 * A layer that `docker build` makes with the classic builder: the container that it comes from while a `RUN` goes on, the image afterwards.
 * Ids are as short as docker prints them.
 */
export type BuildLayer = {
  readonly engine: EngineRef;
  /** The name that the finished image was to have: it stands in the command's arguments. */
  readonly name: string;
} & ({ readonly container: string } | { readonly image: string });

const pauseMs = 100;
/** The engine removes the container by itself when the command that waits for it has gone. */
const patienceMs = 5_000;

/** What a build that was killed leaves of a Dockerfile. A build that ends, well or not, keeps its layers: they are docker's cache. */
export const buildLayerKind: ResourceKind<BuildLayer, BuildLayer> = {
  kind: "docker.build-layer",
  describe: (layer) =>
    "container" in layer ? `container ${layer.container} of docker build` : `layer ${layer.image} of docker build`,
  find: async (intent) => [intent],
  async release(layer, { host }, signal) {
    await endCommand(layer.name, host, signal);
    const { engine } = await reopenDocker(layer.engine, host);
    if ("container" in layer) await containerGone(engine, layer.container, host, signal);
    for (const id of await engine.namelessImages(signal)) {
      if (await isOf(layer, id, engine, signal)) await removeUnused(engine, id, signal);
    }
  },
};

async function containerGone(engine: ContainerEngine, id: string, host: Host, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < patienceMs; waited += pauseMs) {
    if (!(await engine.container(id, signal))) return;
    await host.clock.sleep(pauseMs, signal);
  }
  await removed(engine, id, host.clock, signal);
}

async function isOf(layer: BuildLayer, id: string, engine: ContainerEngine, signal: AbortSignal): Promise<boolean> {
  if ("image" in layer) return id.replace(/^sha256:/, "").startsWith(layer.image);
  return (await engine.image(id, signal))?.container.startsWith(layer.container) ?? false;
}

/** What another build has been made from since then is that build's. */
async function removeUnused(engine: ContainerEngine, id: string, signal: AbortSignal): Promise<void> {
  try {
    await engine.removeImage(id, signal);
  } catch (error) {
    const used = codeOf(error) === "docker/refused" && /dependent child|is being used|is using/.test(String(error));
    if (!used) throw error;
  }
}
