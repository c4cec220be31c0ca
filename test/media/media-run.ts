import { nodeHost } from "@kiln/host-node";
import type { Host } from "@kiln/sdk";
import { FakeRun } from "@kiln/sdk/testing";

/** A recorded run on the real host, in a working directory of its own. */
export function mediaRun(cwd: string, env: Readonly<Record<string, string>> = {}): FakeRun {
  const host: Host = { ...nodeHost({ ...process.env, ...env }), cwd };
  return Object.assign(new FakeRun(), { host }) as unknown as FakeRun;
}
