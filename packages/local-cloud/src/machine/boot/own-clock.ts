import { spawnSync } from "node:child_process";
import { uptime } from "node:os";
import { systemPath } from "../command.ts";

let canCount: boolean | undefined;

/**
 * `unshare`'s options for a machine whose uptime begins at its boot. None where the kernel (before 5.6) or util-linux (before
 * 2.36) has no time namespaces; such a machine shows the host's.
 */
export function ownClock(): readonly string[] {
  canCount ??= spawnSync("unshare", ["--time", "--boottime", "0", "true"], { env: { PATH: systemPath } }).status === 0;
  return canCount ? ["--time", "--boottime", String(-Math.floor(uptime()))] : [];
}
