import { availableParallelism, networkInterfaces } from "node:os";
import type { Host } from "@kiln/sdk";
import { systemClock } from "./clock.ts";
import { nodeFiles } from "./files.ts";
import { spawnProcess } from "./processes.ts";

/** Loaded when somebody connects: `validate` never does. */
const net = async (): Promise<Omit<Host["net"], "addresses">> => (await import("./net.ts")).nodeNet;

function interfaceAddresses(): ReturnType<Host["net"]["addresses"]> {
  return Object.fromEntries(
    Object.entries(networkInterfaces()).map(([name, all = []]) => [
      name,
      all.map(({ address, family }) => ({ address, family })),
    ]),
  );
}

/** The machine this process runs on. */
export function nodeHost(env: Readonly<Record<string, string | undefined>> = process.env): Host {
  return {
    env,
    platform: process.platform,
    arch: process.arch,
    cwd: process.cwd(),
    cores: availableParallelism(),
    clock: systemClock,
    random: { bytes: (n) => new Uint8Array(process.getBuiltinModule("node:crypto").randomBytes(n)) },
    files: nodeFiles,
    processes: { spawn: spawnProcess },
    net: {
      connect: async (to, signal) => (await net()).connect(to, signal),
      freePort: async (range) => (await net()).freePort(range),
      listen: async (on, onConnection) => (await net()).listen(on, onConnection),
      addresses: interfaceAddresses,
      serveFiles: async (root, options) => (await net()).serveFiles(root, options),
    },
    http: {
      request: async (input, signal) => (await import("./http.ts")).requestHttp(input, signal, env),
      authorities: async () => (await import("./authorities.ts")).authorities(env),
    },
    download: async (url, to, options) => (await import("./download.ts")).downloadFile(url, to, options, { env }),
    lock: async (path, signal, onWait) => (await import("./lock.ts")).lockFile(path, signal, onWait),
  };
}
