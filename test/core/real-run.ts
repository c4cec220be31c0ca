import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeHost } from "@kiln/host-node";
import type { Artifact, Communicator, Host, PostProcessContext, ProvisionContext } from "@kiln/sdk";
import { FakeClock, type FakeContextOptions, FakeRun } from "@kiln/sdk/testing";

export interface RealRunOptions extends Omit<FakeContextOptions, "host"> {
  readonly communicator?: Communicator;
  readonly input?: Artifact;
  readonly host?: Partial<Host>;
}
export type RealRun = ProvisionContext & PostProcessContext & Pick<FakeRun, "journal" | "undo" | "ui">;

/** A recorded run on the real host, with a clock that jumps: retries take no time. */
export function realRun(options: RealRunOptions = {}): RealRun {
  const { communicator, input, host, ...rest } = options;
  const run = new FakeRun(rest);
  return Object.assign(run, {
    host: { ...nodeHost(), clock: new FakeClock(), ...host },
    machine: { communicator, facts: {} },
    input: input ?? artifactOf([]),
    serveSsh: () => Promise.reject(new Error("not here")),
  }) as unknown as RealRun;
}

export function artifactOf(files: readonly string[]): Artifact {
  return { builderId: "test", id: "", files, state: {}, describe: () => "", destroy: async () => {} };
}

/** A directory of its own, gone with the scope. */
export async function scratch(): Promise<AsyncDisposable & { readonly path: string; at(name: string): string }> {
  const path = await mkdtemp(join(tmpdir(), "kiln-core-"));
  return {
    path,
    at: (name) => join(path, name),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  };
}
