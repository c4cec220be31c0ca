import type { RunContext } from "@kiln/sdk";

/** Builds of this process that want the same manifest, one after the other. Keyed by absolute path. */
const queues = new Map<string, Promise<void>>();

/** Pauses before the tries to make the lock file, in milliseconds. Source: Packer's manifest post-processor. */
const pausesMs = [0, 200, 400] as const;

/**
 * Runs `body` alone: within this process by waiting one's turn, against other processes by Packer's `OUTPUT.lock`. A lock file that
 * does not go away is taken for a dead process's, as Packer does.
 */
export async function locked<T>(
  key: string,
  path: string,
  { host, signal }: Pick<RunContext, "host" | "signal">,
  body: () => Promise<T>,
): Promise<T> {
  const before = queues.get(key) ?? Promise.resolve();
  const { promise: turn, resolve: leave } = Promise.withResolvers<void>();
  const mine = before.then(() => turn);
  queues.set(key, mine);
  await before;
  try {
    for (const pause of pausesMs) {
      if (pause > 0) await host.clock.sleep(pause, signal);
      if (await made(`${path}.lock`, host)) break;
    }
    try {
      return await body();
    } finally {
      await host.files.remove(`${path}.lock`);
    }
  } finally {
    leave();
    if (queues.get(key) === mine) queues.delete(key);
  }
}

async function made(path: string, host: RunContext["host"]): Promise<boolean> {
  try {
    await host.files.write(path, "", { exclusive: true, mode: 0o755 });
    return true;
  } catch {
    // Held by somebody, or not writable: then the manifest will say so better.
    return false;
  }
}
