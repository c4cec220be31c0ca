import type { ResourceKind } from "@kiln/sdk";
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
    await engine.removeContainer(id, signal);
  },
};
