import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

/** Node itself warns there of what the bundled program does: of a file that is loaded in an unusual way, say. */
it("a build writes nothing to standard error, whichever parts of the program it loads", async () => {
  using bed = new KilnBed();
  const source = join(bed.folder, "in");
  writeFileSync(source, "content");
  // Large enough to be copied by a process.
  truncateSync(source, 80 << 20);
  const builders = [{ type: "file", source: "in", target: "out" }];
  const sums = { type: "checksum", checksum_types: ["md5", "sha256"], output: "sums" };
  const archives = ["tar.gz", "tar.lz4", "zip"].map((end) => ({ type: "compress", output: `archive.${end}` }));
  const fetched = { type: "shell-local", inline: ["true"] };
  writeFileSync(
    join(bed.folder, "t.json"),
    JSON.stringify({ builders, "post-processors": [sums, ...archives, fetched, { type: "manifest" }] }),
  );
  const run = await bed.run(["build", "-color=false", "t.json"], { cwd: bed.folder });
  expect([run.code, run.stderr]).toEqual([0, ""]);
});
