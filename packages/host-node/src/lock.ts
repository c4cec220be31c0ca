import { link, open, readFile, rename, unlink } from "node:fs/promises";
import { codeOf } from "@kiln/sdk";
import { systemClock } from "./clock.ts";
import { isAlive, thisProcess } from "./process-identity.ts";

const pollMs = 100;

/**
 * A lock between processes: a file that names its holder (pid and start time). The lock of a process that no longer lives is taken
 * over.
 */
export async function lockFile(path: string, signal: AbortSignal, onWait?: () => void): Promise<AsyncDisposable> {
  for (let waited = false; ; ) {
    signal.throwIfAborted();
    try {
      const handle = await open(path, "wx", 0o600);
      await handle.writeFile(JSON.stringify(await thisProcess()));
      await handle.close();
      return { [Symbol.asyncDispose]: () => unlink(path).catch(() => {}) };
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
    const holder = await readFile(path, "utf8").catch(() => undefined);
    // An empty file is a holder between open and write: wait for it as for a living one.
    if (holder && !(await holderLives(holder))) await removeDead(path, holder);
    else {
      if (!waited) onWait?.();
      waited = true;
      await systemClock.sleep(pollMs, signal);
    }
  }
}

let taken = 0;

/** Several may find the same dead holder: whoever is late must not take away the lock of the one who was quicker. */
export async function removeDead(path: string, dead: string): Promise<void> {
  const aside = `${path}.${process.pid}.${taken++}`;
  try {
    await rename(path, aside);
  } catch {
    // Somebody else removed it.
    return;
  }
  const moved = await readFile(aside, "utf8").catch(() => "");
  // Not the dead one's but a living one's: back with it, unless yet another has come.
  if (moved !== dead) await link(aside, path).catch(() => {});
  await unlink(aside).catch(() => {});
}

async function holderLives(text: string): Promise<boolean> {
  try {
    const holder: unknown = JSON.parse(text);
    return typeof holder === "object" && holder !== null && "pid" in holder && "started" in holder
      ? await isAlive({ pid: Number(holder.pid), started: String(holder.started) })
      : false;
  } catch {
    return false;
  }
}
