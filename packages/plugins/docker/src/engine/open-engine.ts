import type { Host } from "@kiln/sdk";
import { DockerCommand, type DockerProgram } from "../cli/docker-command.ts";
import { CommandEngine } from "./command-engine.ts";
import { endpointAt, findEndpoint } from "./endpoint.ts";
import type { ContainerEngine } from "./engine.ts";
import { SocketEngine } from "./socket-engine.ts";

/** Where an engine is, fit for the journal: another process opens the same one with it. */
export type EngineRef = { readonly program: string; readonly url?: string };

/** The command line and the engine behind it. */
export interface Docker {
  readonly command: DockerCommand;
  readonly engine: ContainerEngine;
  readonly ref: EngineRef;
}

/** Finds the engine that the program would talk to and how to reach it. Connects to nothing yet. */
export async function openDocker(program: string, host: Host): Promise<Docker> {
  const { url, address } = await findEndpoint(program, host);
  const command = new DockerCommand({ path: program }, host);
  // With TLS or SSH the command line's own configuration is needed again.
  const ref = { program, ...(url !== undefined && address && { url }) };
  if (!address || !(await isThere(address, host))) return { command, engine: new CommandEngine(command), ref };
  const engine = new SocketEngine((signal) => host.net.connect(address, signal), host.clock, url ?? "");
  return { command, engine, ref };
}

/** The engine of a journal's entry, wherever DOCKER_HOST points now. */
export async function reopenDocker(ref: EngineRef, host: Host): Promise<Docker> {
  const { program, url } = ref;
  if (url === undefined) return openDocker(program, host);
  const settings: DockerProgram = { path: program, dockerHost: url };
  const command = new DockerCommand(settings, host);
  const { address } = endpointAt(url);
  // TLS and SSH are the command line's business; so is a secured endpoint that the environment describes.
  if (!address || host.env.DOCKER_TLS_VERIFY) return { command, engine: new CommandEngine(command), ref };
  return { command, engine: new SocketEngine((signal) => host.net.connect(address, signal), host.clock, url), ref };
}

async function isThere(address: Parameters<Host["net"]["connect"]>[0], host: Host): Promise<boolean> {
  if (!("path" in address) || host.platform === "win32") return true;
  return (await host.files.stat(address.path)) !== undefined;
}
