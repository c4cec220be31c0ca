import { existsSync, rmSync, watch } from "node:fs";
import { basename, dirname, join } from "node:path";
import { goingDownFile } from "../machine/boot/init-script.ts";

/** Whether the machine's first process is gone, and with it every other. */
export function isGone(machineProcess: number): boolean {
  return !existsSync(`/proc/${machineProcess}/root/`);
}

/** Calls `close` when the machine's first process says that it goes down, and tells it when that is done. */
export function whenGoingDown(machineProcess: number, close: () => void): void {
  const file = join(`/proc/${machineProcess}/root`, goingDownFile);
  const look = (): void => {
    if (!existsSync(file)) return;
    close();
    rmSync(file, { force: true });
  };
  // Where no more watches are to be had the machine waits for a moment and goes down all the same.
  try {
    const watcher = watch(dirname(file), { persistent: false }, (_, name) => {
      if (name === basename(file)) look();
    });
    watcher.on("error", () => watcher.close());
  } catch {
    return;
  }
  look();
}
