import { existsSync } from "node:fs";
import { join } from "node:path";

/** A place in the folder of third-party test data, which KILN_SHARED names. */
export function shared(...path: readonly string[]): string {
  const root = process.env["KILN_SHARED"];
  if (root === undefined) throw new Error("set KILN_SHARED to the folder that holds conformance/ and corpus/");
  const place = join(root, ...path);
  if (!existsSync(place)) throw new Error(`${place} does not exist`);
  return place;
}
