import { nodeHost } from "@kiln/host-node";
import { communicatorContract } from "@kiln/sdk/testing/contracts";
import { afterAll, beforeAll } from "vitest";
import { DockerCommand } from "../../packages/plugins/docker/src/cli/docker-command.ts";
import { CommandEngine } from "../../packages/plugins/docker/src/engine/command-engine.ts";
import type { ContainerEngine } from "../../packages/plugins/docker/src/engine/engine.ts";
import { openDocker } from "../../packages/plugins/docker/src/engine/open-engine.ts";
import { containerImage } from "../beds/container-image.ts";
import { docker } from "../beds/docker-engine.ts";
import { containerFixture } from "./contract-fixture.ts";

let container: string;
beforeAll(async () => {
  const image = await containerImage();
  container = await docker(["run", "-d", "-i", "--entrypoint", "/bin/sh", image]);
});
afterAll(async () => {
  await docker(["rm", "-f", container]);
});

const open = (engine: ContainerEngine) => containerFixture(engine, container, (...args) => docker(args));

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
