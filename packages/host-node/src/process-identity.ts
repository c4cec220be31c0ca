import { readFile } from "node:fs/promises";

/** A pid alone may have been given to another process since; its start time tells them apart. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; empty where the platform does not tell. */
  readonly started: string;
}

async function startOf(pid: number): Promise<string> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // Field 22, counted after the command name, which may itself hold spaces and parentheses.
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    const [state = "", ...fields] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended: only its parent has not asked, and in a container without an init nobody ever will.
    return state === "Z" || state === "X" ? "" : `${boot}/${fields[18] ?? ""}`;
  } catch {
    return "";
  }
}

export async function thisProcess(): Promise<ProcessIdentity> {
  return { pid: process.pid, started: await startOf(process.pid) };
}

/** Whether that very process still runs. */
export async function isAlive(who: ProcessIdentity): Promise<boolean> {
  try {
    process.kill(who.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return false;
  }
  return who.started === "" || (await startOf(who.pid)) === who.started;
}
