import { open, readFile, unlink } from "node:fs/promises";
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
    if (holder && !(await holderLives(holder))) await unlink(path).catch(() => {});
    else {
      if (!waited) onWait?.();
      waited = true;
      await systemClock.sleep(pollMs, signal);
    }
  }
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
