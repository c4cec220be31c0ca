import type { Clock, ResourceKind } from "@kiln/sdk";
import { type ContainerEngine, EngineError } from "../engine/engine.ts";
import { type EngineRef, reopenDocker } from "../engine/open-engine.ts";
import { commandEnded } from "./running-command.ts";

/** A container is known before it exists by its name. */
export type ContainerIntent = { readonly engine: EngineRef; readonly name: string };
export type ContainerRef = { readonly engine: EngineRef; readonly id: string };

/** The container of a build. */
export const containerKind: ResourceKind<ContainerIntent, ContainerRef> = {
  kind: "docker.container",
  describe: ({ name }, ref) => `docker container ${ref ? ref.id.slice(0, 12) : name}`,
  async find({ engine: ref, name }, { host }, signal) {
    await commandEnded(name, host, signal);
    const { engine } = await reopenDocker(ref, host);
    return (await engine.containersNamed(name, signal)).map((id) => ({ engine: ref, id }));
  },
  async release({ engine: ref, id }, { host }, signal) {
    const { engine } = await reopenDocker(ref, host);
    await removed(engine, id, host.clock, signal);
  },
};

const pauseMs = 100;

/** Removes a container, or waits for the engine to end a removal that somebody else asked for: a process that was killed, say. */
export async function removed(
  engine: ContainerEngine,
  id: string,
  clock: Pick<Clock, "sleep">,
  signal: AbortSignal,
): Promise<void> {
  try {
    await engine.removeContainer(id, signal);
  } catch (error) {
    if (!(error instanceof EngineError && /removal of container .* is already in progress/.test(error.message)))
      throw error;
    while (await engine.container(id, signal)) await clock.sleep(pauseMs, signal);
  }
}
