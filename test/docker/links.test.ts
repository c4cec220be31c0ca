import { mkdirSync, mkdtempSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles, nodeHost } from "@kiln/host-node";
import { afterEach, beforeEach, expect, it } from "vitest";
import { settingsOf } from "../../packages/plugins/docker/src/builder/config.ts";
import { inputsOf } from "../../packages/plugins/docker/src/builder/inputs.ts";
import { localTree, type TreeOptions } from "../../packages/plugins/docker/src/machine/local-tree.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-links-"));
  mkdirSync(join(folder, "sub"));
  writeFileSync(join(folder, "Dockerfile"), "FROM x\nCOPY . /\n");
  writeFileSync(join(folder, "sub/f"), "f");
  symlinkSync("sub", join(folder, "directory"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function members(options: TreeOptions): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const { kind, relative } of localTree(nodeFiles, folder, options)) found.push(`${kind} ${relative}`);
  return found;
}

it("takes a link to a directory for no directory, in patterns too, unless links are followed", async () => {
  const kept = ["file Dockerfile", "directory sub", "file sub/f"];
  const linked = ["file Dockerfile", "link directory", "directory sub", "file sub/f"];
  expect(await members({ followLinks: false })).toEqual(linked);
  expect(await members({ followLinks: false, exclude: ["directory/"] })).toEqual(linked);
  expect(await members({ followLinks: false, exclude: ["directory"] })).toEqual(kept);
  expect(await members({ followLinks: true, exclude: ["directory/"] })).toEqual(kept);
  expect(await members({ followLinks: true })).toContain("file directory/f");
});

it("has the texts of links in the inputs of a Dockerfile, wherever they lead", async () => {
  symlinkSync("/nowhere", join(folder, "dangling"));
  symlinkSync("..", join(folder, "up"));
  const inputs = () => {
    const given = { communicator: "docker", commit: true, build: { path: join(folder, "Dockerfile") } };
    return inputsOf(settingsOf(given as never), nodeHost());
  };
  const before = await inputs();
  expect(before.files).toEqual([join(folder, "Dockerfile"), join(folder, "sub/f")]);
  expect(Object.values(before.facts ?? {})).toEqual([{ dangling: "/nowhere", directory: "sub", up: ".." }]);
  unlinkSync(join(folder, "dangling"));
  symlinkSync("/elsewhere", join(folder, "dangling"));
  expect((await inputs()).facts).not.toEqual(before.facts);
});
