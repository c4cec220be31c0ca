import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from "../start.ts";
import { MemoryMachines } from "./memory-machines.ts";
import { ModelClient } from "./model-client.ts";

export interface CloudFixture extends AsyncDisposable {
  readonly cloud: LocalCloud;
  readonly machines: MemoryMachines;
  readonly client: ModelClient;
  readonly directory: string;
  readonly defects: readonly unknown[];
}

/** A directory that goes with its scope; for clouds that share their state. */
export function stateDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "local-cloud-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A local cloud over machines in memory, in a directory of its own unless one is given. */
export async function openCloud(options: Partial<LocalCloudOptions> = {}): Promise<CloudFixture> {
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), "local-cloud-"));
  const machines = new MemoryMachines();
  const defects: unknown[] = [];
  const cloud = await startLocalCloud({ machines, onDefect: (error) => defects.push(error), ...options, directory });
  return {
    cloud,
    machines,
    client: new ModelClient(cloud.endpoint),
    directory,
    defects,
    [Symbol.asyncDispose]: async () => {
      await cloud[Symbol.asyncDispose]();
      await machines[Symbol.asyncDispose]();
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
      if (defects.length > 0) throw new AggregateError(defects, "defects in the local cloud");
    },
  };
}

/** Asks again until the answer will do; for what happens in the background. */
export async function until<T>(ask: () => Promise<T>, will: (answer: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await ask();
    if (will(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  throw new Error("the awaited answer never came");
}
