import type { Io } from "../io.ts";

/** Colours unless the user turned them off: by flag, by Packer's own variable, or by the one that other programs honour too. */
export function wantsColor(io: Io, flag: boolean): boolean {
  const { env } = io.host;
  return flag && !io.machineReadable && !env["PACKER_NO_COLOR"] && !env["NO_COLOR"];
}
