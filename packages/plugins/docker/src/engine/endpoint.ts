import { createHash } from "node:crypto";
import { posix, win32 } from "node:path";
import { type Host, isJsonObject, jsonObjectIn, type SocketAddress } from "@kiln/sdk";

/** The engine that the docker command line would use. */
export interface Endpoint {
  /** As DOCKER_HOST says it; absent where only the command line knows. */
  readonly url?: string;
  /** Where it can be reached without TLS or SSH, which stay the command line's business. */
  readonly address?: SocketAddress;
}

type EndpointHost = Pick<Host, "env" | "platform" | "files">;

/**
 * Follows the command line's own order: DOCKER_HOST, DOCKER_CONTEXT, the configuration's current context, the platform's default.
 * Source: docker's reference of `docker context`.
 */
export async function findEndpoint(program: string, host: EndpointHost): Promise<Endpoint> {
  const { env } = host;
  // Podman's and other programs have an engine of their own.
  if (!/^docker(\.exe)?$/.test(fileName(program))) return {};
  const { DOCKER_HOST: url } = env;
  if (url) return env.DOCKER_TLS_VERIFY || env.DOCKER_TLS ? { url } : endpointAt(url);
  const name = env.DOCKER_CONTEXT || (await currentContext(host));
  if (name && name !== "default") return contextEndpoint(name, host);
  return endpointAt(host.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock");
}

/** Reads `unix:///PATH`, `tcp://HOST:PORT`, `npipe:////./pipe/NAME`; of others, such as ssh, the address is not known. */
export function endpointAt(url: string): Endpoint {
  const [, scheme = "", rest = ""] = /^(\w+):\/\/(.*)$/s.exec(url) ?? [];
  if (scheme === "unix") return { url, address: { path: rest } };
  if (scheme === "npipe") return { url, address: { path: rest.replaceAll("/", "\\") } };
  const [, v6, name, port] = /^(?:\[([^\]]+)\]|([^:/]*)):(\d+)\/?$/.exec(rest) ?? [];
  if (scheme !== "tcp" || port === undefined) return { url };
  return { url, address: { host: v6 ?? (name || "127.0.0.1"), port: Number(port) } };
}

/** Where the command line keeps its configuration. */
export function configDirectory(host: Pick<Host, "env" | "platform">): string | undefined {
  const { DOCKER_CONFIG, HOME, USERPROFILE } = host.env;
  if (DOCKER_CONFIG) return DOCKER_CONFIG;
  const home = host.platform === "win32" ? USERPROFILE : HOME;
  return home && join(host, home, ".docker");
}

/** Joins as the host's own paths are written. */
export function join(host: Pick<Host, "platform">, ...parts: readonly string[]): string {
  return (host.platform === "win32" ? win32 : posix).join(...parts);
}

async function currentContext(host: EndpointHost): Promise<string | undefined> {
  const directory = configDirectory(host);
  const config = directory && (await readJson(host, join(host, directory, "config.json")));
  return config ? textOf(config, "currentContext") : undefined;
}

async function contextEndpoint(name: string, host: EndpointHost): Promise<Endpoint> {
  const directory = configDirectory(host);
  if (!directory) return {};
  const id = createHash("sha256").update(name).digest("hex");
  const meta = await readJson(host, join(host, directory, "contexts", "meta", id, "meta.json"));
  const endpoints = meta && recordOf(meta, "Endpoints");
  const docker = endpoints && recordOf(endpoints, "docker");
  const url = docker && textOf(docker, "Host");
  if (!url) return {};
  const secured = await host.files.stat(join(host, directory, "contexts", "tls", id));
  return secured ? {} : endpointAt(url);
}

/** An object from a file; undefined where the file is missing or is none: the command line will say so. */
export async function readJson(
  host: Pick<EndpointHost, "files">,
  path: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    return jsonObjectIn(await host.files.readText(path));
  } catch {
    return undefined;
  }
}

export function recordOf(from: Readonly<Record<string, unknown>>, name: string) {
  const value = from[name];
  return isJsonObject(value) ? value : undefined;
}
export function textOf(from: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = from[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function fileName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? "";
}
