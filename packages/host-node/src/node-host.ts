import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Host } from "@kiln/sdk";
import { systemClock } from "./clock.ts";
import { nodeFiles } from "./files.ts";
import { nodeNet } from "./net.ts";
import { spawnProcess } from "./processes.ts";

/** The machine this process runs on. */
export function nodeHost(env: Readonly<Record<string, string | undefined>> = process.env): Host {
  return {
    env,
    platform: process.platform,
    arch: process.arch,
    cwd: process.cwd(),
    cores: availableParallelism(),
    clock: systemClock,
    random: { bytes: (n) => new Uint8Array(randomBytes(n)) },
    files: nodeFiles,
    processes: { spawn: spawnProcess },
    net: nodeNet,
    http: { request: async (input, signal) => (await import("./http.ts")).requestHttp(input, signal) },
    download: async (url, to, options) => (await import("./download.ts")).downloadFile(url, to, options),
    lock: async (path, signal) => (await import("./lock.ts")).lockFile(path, signal),
  };
}
