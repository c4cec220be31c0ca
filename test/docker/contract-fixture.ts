import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles, nodeHost } from "@kiln/host-node";
import type { ContractFixture } from "@kiln/sdk/testing/contracts";
import type { ContainerEngine } from "../../packages/plugins/docker/src/engine/engine.ts";
import { DockerCommunicator } from "../../packages/plugins/docker/src/machine/communicator.ts";

/** A running container for the communicator's contract; `docker` speaks to the engine that has it. */
export async function containerFixture(
  engine: ContainerEngine,
  container: string,
  docker: (...args: readonly string[]) => Promise<string>,
): Promise<ContractFixture> {
  const localDir = await mkdtemp(join(tmpdir(), "kiln-contract-"));
  const machine = { engine, container, execUser: "", pty: false, files: nodeFiles, clock: nodeHost().clock };
  const communicator = new DockerCommunicator(machine);
  const remoteDir = `/tmp/${localDir.split("/").at(-1)}`;
  await docker("exec", container, "mkdir", remoteDir);
  return {
    communicator,
    files: nodeFiles,
    localDir,
    remoteDir,
    dispose: async () => {
      await communicator[Symbol.asyncDispose]();
      await rm(localDir, { recursive: true, force: true });
    },
  };
}
