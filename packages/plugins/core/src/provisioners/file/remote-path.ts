import { posix, win32 } from "node:path";
import type { Communicator } from "@kiln/sdk";

/** Kinds of connection that lead to Windows only. */
const windowsKinds: ReadonlySet<string> = new Set(["winrm", "dockerWindowsContainer"]);

/** Whether a path of the machine is written as Windows writes it: there `\` separates too. */
function isWindowsPath(path: string, { kind }: Pick<Communicator, "kind">): boolean {
  return windowsKinds.has(kind) || /^[A-Za-z]:[\\/]/.test(path) || path.startsWith("\\\\");
}

/** Whether a path of the machine names a directory by ending in a separator. */
export function endsInSeparator(path: string, machine: Pick<Communicator, "kind">): boolean {
  return path.endsWith("/") || (path.endsWith("\\") && isWindowsPath(path, machine));
}

/** The last part of a path of the machine. */
export function remoteBaseName(path: string, machine: Pick<Communicator, "kind">): string {
  return isWindowsPath(path, machine) ? win32.basename(path) : posix.basename(path);
}
