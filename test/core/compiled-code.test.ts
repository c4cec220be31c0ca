import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kilnBinary, run } from "../kiln.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-code-"));
  // Parts of the program that have no compiled code beside them.
  const postProcessor = { type: "manifest", output: join(folder, "manifest.json") };
  const template = { builders: [{ type: "null", communicator: "none" }], "post-processors": [postProcessor] };
  writeFileSync(join(folder, "t.json"), JSON.stringify(template));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function build(env: Readonly<Record<string, string>>) {
  const clean = {
    ...process.env,
    XDG_CACHE_HOME: "",
    KILN_CACHE_DIR: "",
    KILN_STATE_DIR: join(folder, "state"),
    ...env,
  };
  return run(kilnBinary(), ["build", "-color=false", join(folder, "t.json")], { env: clean });
}

it("is kept where only the user can put any, not among temporary files", async () => {
  const temporary = join(folder, "tmp");
  const home = join(folder, "home");
  expect(await build({ HOME: home, TMPDIR: temporary })).toMatchObject({ code: 0 });
  expect(existsSync(temporary)).toBe(false);
  // Nobody's home directory is made.
  expect(existsSync(home)).toBe(false);
  const cache = join(folder, "cache");
  expect(await build({ HOME: home, TMPDIR: temporary, KILN_CACHE_DIR: cache })).toMatchObject({ code: 0 });
  expect(readdirSync(join(cache, "code"))).toHaveLength(1);
  expect(statSync(join(cache, "code")).mode & 0o777).toBe(0o700);
});

it("is not kept, and nothing hangs, where no directory can be made", async () => {
  expect(await build({ HOME: "/proc/nowhere" })).toMatchObject({ code: 0, stderr: "" });
});
