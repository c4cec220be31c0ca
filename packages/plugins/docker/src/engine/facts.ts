import { isJsonObject } from "@kiln/sdk";
import { recordOf, textOf } from "./endpoint.ts";
import type { ContainerFacts, ImageFacts } from "./engine.ts";

/** Reads what the engine says of a container; the command line's `inspect` says the same. Source: Docker Engine API. */
export function containerFacts(said: unknown): ContainerFacts {
  const all = isJsonObject(said) ? said : {};
  const state = recordOf(all, "State") ?? {};
  const network = recordOf(all, "NetworkSettings") ?? {};
  // Engines from 29 on name addresses per network only.
  const networks = Object.values(recordOf(network, "Networks") ?? {}).filter(isJsonObject);
  const addresses = [network, ...networks].map((one) => textOf(one, "IPAddress"));
  return {
    id: textOf(all, "Id") ?? "",
    user: textOf(recordOf(all, "Config") ?? {}, "User") ?? "",
    address: addresses.find((address) => address !== undefined) ?? "",
    running: state["Running"] === true,
    paused: state["Paused"] === true,
    exitCode: typeof state["ExitCode"] === "number" ? state["ExitCode"] : 0,
  };
}

export function imageFacts(said: unknown): ImageFacts {
  const all = isJsonObject(said) ? said : {};
  const config = recordOf(all, "Config") ?? {};
  return {
    id: imageId(textOf(all, "Id") ?? ""),
    digests: texts(all["RepoDigests"]),
    command: texts(config["Cmd"]),
    entrypoint: texts(config["Entrypoint"]),
    created: textOf(all, "Created") ?? "",
    parent: textOf(all, "Parent") ?? "",
    container: textOf(all, "Container") ?? "",
  };
}

/** An image's id as docker says it; Podman leaves the kind of the sum out. */
export function imageId(said: string): string {
  return /^[0-9a-f]{64}$/.test(said) ? `sha256:${said}` : said;
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
