import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { kilnBinary, run } from "../kiln.ts";

it("says that the working directory is gone", async () => {
  const folder = mkdtempSync(join(tmpdir(), "kiln-gone-"));
  const script = 'cd "$1" && rmdir "$1" && exec "$2" version';
  const done = await run("sh", ["-c", script, "sh", folder, kilnBinary()]);
  expect(() => rmdirSync(folder)).toThrow("ENOENT");
  expect(done.code).toBe(1);
  // The shell adds a line of its own.
  expect(done.stderr).toMatch(/^(sh: .*\n)?kiln: the working directory is gone\. Change to one that exists\.\n$/);
});
