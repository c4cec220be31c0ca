import type { BuildContext, Communicator } from "@kiln/sdk";
import type { ContainerFacts } from "../../engine/engine.ts";
import type { Docker } from "../../engine/open-engine.ts";
import { failure, orFail } from "../../failure.ts";
import { DockerCommunicator, type DockerMachine } from "../../machine/communicator.ts";
import { WindowsContainerCommunicator } from "../../machine/windows-communicator.ts";
import { type Settings, throughEngine } from "../config.ts";

/** How to reach the container. */
export interface Connected {
  readonly communicator: Communicator;
  readonly address: string;
}

/** Reaches into the container through the engine, or connects to its address where `communicator` says so. */
export async function connectToContainer(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  container: string,
  shared: string,
): Promise<Connected> {
  if (!throughEngine(settings)) return connectOverNetwork(ctx, docker, settings, container);
  return ctx.step("StepConnect", async () => {
    const facts = await runningContainer(ctx, docker, container);
    const { exec_user: execUser = "", pty, fix_upload_owner } = settings;
    ctx.ui.say(`Using docker communicator to connect: ${facts.address}`);
    const machine: DockerMachine = {
      engine: docker.engine,
      container,
      execUser,
      pty,
      files: ctx.host.files,
      clock: ctx.host.clock,
      ...(fix_upload_owner && facts.user && { fileOwner: facts.user }),
    };
    // As in Packer, the communicator's name does not say what the container runs.
    const communicator = settings.windows_container
      ? new WindowsContainerCommunicator(machine, { hostDir: shared, containerDir: settings.container_dir })
      : new DockerCommunicator(machine);
    return { communicator, address: facts.address };
  });
}

async function connectOverNetwork(
  ctx: BuildContext,
  docker: Docker,
  settings: Settings,
  container: string,
): Promise<Connected> {
  const winrm = settings.communicator === "winrm";
  const given = winrm ? settings.winrm_host : settings.ssh_host;
  const address = given || (await runningContainer(ctx, docker, container)).address;
  const port = winrm ? (settings.winrm_port ?? (settings.winrm_use_ssl ? 5986 : 5985)) : (settings.ssh_port ?? 22);
  const communicator = await ctx.connect({
    config: settings,
    knownHost: address,
    address: async () => ({ host: address, port }),
  });
  return { communicator, address };
}

/** A container whose command ended at once cannot be provisioned: better said now than at the first command. */
async function runningContainer(ctx: BuildContext, docker: Docker, container: string): Promise<ContainerFacts> {
  const { ui, signal } = ctx;
  const facts = await orFail(ui, "Error inspecting the container", signal, () =>
    docker.engine.container(container, signal),
  );
  if (facts?.running) return facts;
  const end = facts ? `ended at once with exit code ${facts.exitCode}` : "is gone";
  throw failure(
    ui,
    `The container ${end}. run_command must leave it running: start a shell with -d -i -t, and no command that ends.`,
  );
}
