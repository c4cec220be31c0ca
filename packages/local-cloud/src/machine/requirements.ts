import { existsSync } from "node:fs";
import { join } from "node:path";
import { systemPath } from "./command.ts";
import { MachineError } from "./machine-error.ts";

/** util-linux and coreutils, which every Linux has; named one by one where a slimmed one has not. */
const tools = [
  "unshare",
  "nsenter",
  "setpriv",
  "mount",
  "umount",
  "pivot_root",
  "script",
  "mknod",
  "mkfifo",
  "cp",
  "tar",
];

/** Throws MachineError when machines cannot be made here at all, with what to do about it. */
export function requireMachineHost(command: readonly string[]): void {
  if (process.platform !== "linux") {
    throw new MachineError(
      "not-linux",
      `rehearsal machines need Linux; this is ${process.platform}. Run this on a Linux machine, or in a virtual one.`,
    );
  }
  if (process.getuid?.() !== 0) {
    const line = ["sudo", ...command].join(" ");
    throw new MachineError(
      "not-root",
      `rehearsal machines are real Linux systems in namespaces of their own, and making those needs root. Run: ${line}`,
    );
  }
  const missing = tools.filter((tool) => !isInstalled(tool));
  if (missing.length > 0) {
    throw new MachineError(
      "missing-tool",
      `this host lacks ${missing.join(", ")} (packages util-linux, coreutils and tar)`,
    );
  }
}

/** Whether a program is in one of the system's own directories. */
export function isInstalled(tool: string): boolean {
  return systemPath.split(":").some((folder) => existsSync(join(folder, tool)));
}
