import { readdirSync } from "node:fs";
import { join } from "node:path";

/** A folder of third-party test data, which stays out of the repository. */
export function shared(...path: readonly string[]): string {
  const base = process.env["KILN_SHARED"];
  if (!base) throw new Error("KILN_SHARED must name the folder that holds conformance/ and corpus/");
  return join(base, ...path);
}

/** Every file below a folder whose name has this ending, relative to it. */
export function filesBelow(folder: string, ending: string): readonly string[] {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.endsWith(ending)).toSorted();
}

/** Debian's packer 1.6.6. */
export const peer = "/usr/bin/packer";
