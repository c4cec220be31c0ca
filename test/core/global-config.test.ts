import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { KilnBed } from "../kiln.ts";

async function version(settings: string, env: (path: string, folder: string) => Record<string, string>) {
  using bed = new KilnBed();
  const path = join(bed.folder, ".packerconfig");
  writeFileSync(path, settings);
  const run = await bed.run(["version"], { env: env(path, bed.folder) });
  return { ...run, stdout: run.stdout.replaceAll(bed.folder, "DIR") };
}
const named = (path: string) => ({ PACKER_CONFIG: path });

it.each([
  ["switches", '{"disable_checkpoint": true, "disable_checkpoint_signature": false, "other": 1}'],
  ["plugin maps that are empty", '{"builders": {}, "provisioners": null}'],
])("settings with %s mean nothing to Kiln", async (_, settings) => {
  expect(await version(settings, named)).toMatchObject({ code: 0, stdout: expect.stringContaining("Kiln v") });
});

it.each([
  ["no JSON", "{bad", "the settings in DIR/.packerconfig are not JSON"],
  ["a list", "[]", "DIR/.packerconfig: the settings are not a JSON object"],
  ["a word for a switch", '{"disable_checkpoint": "x"}', "disable_checkpoint is neither true nor false"],
  [
    "a plugin",
    '{"builders": {"x": "/y"}, "post-processors": {"z": "w"}}',
    "  builders: x (/y)\n  post-processors: z (w)",
  ],
])("settings with %s are refused", async (_, settings, text) => {
  const run = await version(settings, named);
  expect(run).toMatchObject({ code: 1, stderr: "" });
  expect(run.stdout).toContain(text);
});

it("the settings are the user's, or those of PACKER_CONFIG_DIR", async () => {
  for (const name of ["HOME", "PACKER_CONFIG_DIR"]) {
    const { code } = await version("{bad", (_, folder) => ({ [name]: folder, PACKER_CONFIG: "" }));
    expect(code, name).toBe(1);
  }
});

it("settings that are not there are none, and a directory is none either", async () => {
  using bed = new KilnBed();
  expect((await bed.run(["version"], { env: { PACKER_CONFIG: join(bed.folder, "none") } })).code).toBe(0);
  mkdirSync(join(bed.folder, "d"));
  const run = await bed.run(["version"], { env: { PACKER_CONFIG: join(bed.folder, "d") } });
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(/^Error: the settings in .*\/d cannot be read: /);
});
