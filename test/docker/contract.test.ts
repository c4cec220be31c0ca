import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles, nodeHost } from "@kiln/host-node";
import { type ContractFixture, communicatorContract } from "@kiln/sdk/testing/contracts";
import { afterAll, beforeAll } from "vitest";
import { DockerCommand } from "../../packages/plugins/docker/src/cli/docker-command.ts";
import { CommandEngine } from "../../packages/plugins/docker/src/engine/command-engine.ts";
import type { ContainerEngine } from "../../packages/plugins/docker/src/engine/engine.ts";
import { openDocker } from "../../packages/plugins/docker/src/engine/open-engine.ts";
import { DockerCommunicator } from "../../packages/plugins/docker/src/machine/communicator.ts";
import { containerImage } from "../beds/container-image.ts";
import { docker } from "../beds/docker-engine.ts";

let container: string;
beforeAll(async () => {
  const image = await containerImage();
  container = await docker(["run", "-d", "-i", "--entrypoint", "/bin/sh", image]);
});
afterAll(async () => {
  await docker(["rm", "-f", container]);
});

async function open(engine: ContainerEngine): Promise<ContractFixture> {
  const localDir = await mkdtemp(join(tmpdir(), "kiln-contract-"));
  const machine = { engine, container, execUser: "", pty: false, files: nodeFiles, clock: nodeHost().clock };
  const communicator = new DockerCommunicator(machine);
  const remoteDir = `/tmp/${localDir.split("/").at(-1)}`;
  await docker(["exec", container, "mkdir", remoteDir]);
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

// A container has no connection to lose: its parent process is the engine's.
const options = { without: ["disconnects"] } as const;
communicatorContract(
  "docker over the engine's socket",
  async () => open((await openDocker("docker", nodeHost())).engine),
  options,
);
communicatorContract(
  "docker over its command line",
  () => open(new CommandEngine(new DockerCommand({ path: "docker" }, nodeHost()))),
  options,
);
