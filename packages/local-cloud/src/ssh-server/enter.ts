import { readlinkSync } from "node:fs";
import type { Account } from "./accounts.ts";

/**
 * Rights that no machine gets, because what they reach is the host itself: loading modules, setting the clock, raw I/O.
 * The rest stays: provisioning scripts mount, chown, make devices. This is no security boundary.
 */
const withheld = "-sys_module,-sys_time,-sys_rawio,-mac_admin,-mac_override";

/** The way into a machine as a user, through util-linux's `nsenter` (this host's) and `setpriv` (the machine's). */
export function enterAs(machineProcess: number, account: Account, workingDirectory: string): readonly string[] {
  const groups = account.groups.join(",");
  return [
    ...enterAsRoot(machineProcess, workingDirectory),
    "setpriv",
    `--reuid=${account.uid}`,
    `--regid=${account.gid}`,
    groups ? `--groups=${groups}` : "--clear-groups",
    "--inh-caps=-all",
    `--bounding-set=${withheld}`,
    "--",
  ];
}

/** The same with every right, for what the machine's keeper does itself. A caller in the machine's network stays in it. */
export function enterAsRoot(machineProcess: number, workingDirectory = "/", network = false): readonly string[] {
  const target = [
    "--target",
    String(machineProcess),
    "--mount",
    "--uts",
    "--ipc",
    "--pid",
    ...(hasOwnClock(machineProcess) ? ["--time"] : []),
    ...(network ? ["--net"] : []),
  ];
  // Opened before entering, through the machine's own mounts: util-linux learnt to open it afterwards only in 2.39.
  return ["nsenter", ...target, `--wd=/proc/${machineProcess}/root${workingDirectory}`, "--"];
}

/** Machines count their uptime themselves where the host can do that; entering with no need is refused. */
function hasOwnClock(machineProcess: number): boolean {
  const clockOf = (process: number | "self"): string | undefined => {
    try {
      return readlinkSync(`/proc/${process}/ns/time`);
    } catch {
      return undefined;
    }
  };
  return clockOf(machineProcess) !== clockOf("self");
}

/** One word for a POSIX shell. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
