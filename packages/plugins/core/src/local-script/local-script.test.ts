import type { PostProcessContext } from "@kiln/sdk";
import { FakeHost, type FakeHostOptions, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { fileListArtifact } from "../post-processors/file-list-artifact.ts";
import { shellLocalPostProcessor } from "../post-processors/shell-local/index.ts";
import { localScriptProblems } from "./check.ts";
import type { LocalScriptConfig } from "./options.ts";
import { linuxPath, runLocalScripts } from "./run.ts";

const defaults = { use_linux_pathing: false, valid_exit_codes: [0] };

async function problems(settings: Partial<LocalScriptConfig>): Promise<readonly string[]> {
  const host = new FakeHost({ files: { "a.sh": "" } });
  const found = await localScriptProblems({ ...defaults, ...settings }, fakePrepareContext({ host }));
  return found.map((d) => d.summary);
}
async function run(settings: Partial<LocalScriptConfig>, options: FakeHostOptions = {}): Promise<FakeRun> {
  const ctx = new FakeRun({ host: new FakeHost(options), buildName: "web", builderType: "null" });
  await runLocalScripts({ ...defaults, ...settings }, ctx);
  return ctx;
}

it("says everything that is wrong", async () => {
  expect(await problems({})).toEqual(["Command, Inline, Script and Scripts options cannot all be empty."]);
  expect(await problems({ command: "true", inline: ["x"] })).toEqual([
    "You may only specify one of the following options: Command, Inline, Script or Scripts. Please consolidate these options in your config.",
  ]);
  expect(await problems({ scripts: ["a.sh", "nope"], environment_vars: ["=x", "y"] })).toEqual([
    "Bad script 'nope': stat nope: no such file or directory",
    "Environment variable not in format 'key=value': =x",
    "Environment variable not in format 'key=value': y",
  ]);
  expect(await problems({ inline: ["x"], only_on: ["linux", "plan9"], use_linux_pathing: true })).toEqual([
    "Packer is unable to use the Command and Inline features with the Windows Linux Subsystem. Please use the Script or Scripts options instead",
    "Invalid OS specified in only_on: 'plan9'\nSupported OS names: darwin, freebsd, linux, openbsd, solaris, windows",
  ]);
  expect(await problems({ script: "a.sh", only_on: ["linux"] })).toEqual([]);
});

it("gives the variables through the environment where that is the same", async () => {
  const ctx = await run({ scripts: ["a.sh", "/b.sh"], env: { A: "it's" } }, { env: { PATH: "/bin" } });
  expect(ctx.ui.lines).toEqual(["==> Running local shell script: a.sh", "==> Running local shell script: /b.sh"]);
  expect(ctx.host.spawned.map(({ file, args }) => [file, ...args])).toEqual([
    ["/bin/sh", "-c", " /project/a.sh"],
    ["/bin/sh", "-c", " /b.sh"],
  ]);
  expect(ctx.host.spawned[0]?.options.env).toEqual({
    PATH: "/bin",
    PACKER_RUN_UUID: ctx.runUuid,
    PACKER_BUILD_NAME: "web",
    PACKER_BUILDER_TYPE: "null",
    A: "it's",
  });
});

it.each<Partial<LocalScriptConfig>>([
  { execute_command: ["sudo", "-c", "{{.Vars}} {{.Script}}"] },
  { execute_command: ["/bin/sh", "-c", "sudo {{.Vars}} {{.Script}}"] },
  { env_var_format: "%s=%s " },
  { env: { "no-name": "x" } },
])("writes them into the command where it is not: %j", async (settings) => {
  const ctx = await run({ script: "/a.sh", ...settings });
  expect(ctx.host.spawned[0]?.args.join(" ")).toContain("PACKER_BUILD_NAME=");
  expect(ctx.host.spawned[0]?.options.env).not.toHaveProperty("PACKER_BUILD_NAME");
});

it("runs inline commands from a file that goes again", async () => {
  let script: string | undefined;
  const host = new FakeHost({
    onSpawn: () => {
      script = host.files.text(host.files.paths()[0] ?? "");
      return {};
    },
  });
  const ctx = new FakeRun({ host });
  await runLocalScripts({ ...defaults, command: "echo {{.X}}", inline_shebang: "/bin/bash -x" }, ctx);
  expect(script).toBe("#!/bin/bash -x\necho <no value>\n");
  expect(host.files.paths()).toEqual([]);
});

it.each([
  [".zz", /packer-shell\d+\.zz$/],
  ["zz", /packer-shell\d+\.zz$/],
  ["", /packer-shell\d+$/],
])("names the file of inline commands with the extension %j", async (tempfile_extension, name) => {
  expect((await run({ inline: ["true"], tempfile_extension })).ui.lines[0]).toMatch(name);
});

it("skips other operating systems", async () => {
  const ctx = await run({ inline: ["x"], only_on: ["windows"] });
  expect(ctx.ui.lines).toEqual(["==> Skipping shell-local due to runtime OS"]);
  expect(ctx.host.spawned).toEqual([]);
  expect((await run({ inline: ["x"], only_on: ["windows"] }, { platform: "win32" })).host.spawned).toHaveLength(1);
});

it("uses cmd on Windows", async () => {
  const ctx = await run({ inline: ["dir"], env: { A: "1" } }, { platform: "win32", env: { TEMP: "C:\\Temp" } });
  const [{ file, args } = { file: "", args: [] }] = ctx.host.spawned;
  expect(file).toBe("cmd");
  expect(args.slice(0, 4)).toEqual([
    "/V",
    "/C",
    "set A=1 && set PACKER_BUILDER_TYPE=null && set PACKER_BUILD_NAME=web && ",
    "call",
  ]);
  expect(ctx.ui.lines[0]).toMatch(/^==> Running local shell script: C:\\Temp\\packer-shell\d+\.cmd$/);
});

it("knows how Windows paths look from its Linux", () => {
  expect(linuxPath("C:\\Users\\me\\a.sh")).toBe("/mnt/c/Users/me/a.sh");
});

it("shows what the script says, and reports how it ended", async () => {
  const scripted = { onSpawn: () => ({ stdout: "out\n", stderr: "err", exit: { by: "code", code: 3 } as const }) };
  const ctx = await run({ script: "/a.sh", valid_exit_codes: [3] }, scripted);
  expect(ctx.ui.lines.slice(1)).toEqual(["    out", "!!> err"]);
  await expect(run({ script: "/a.sh" }, scripted)).rejects.toThrow(
    "Script exited with non-zero exit status: 3. Allowed exit codes are: [0]",
  );
  const killed = { onSpawn: () => ({ exit: { by: "signal", signal: "SIGKILL" } as const }) };
  await expect(run({ script: "/a.sh" }, killed)).rejects.toThrow("exit status: -1.");
});

it("passes the artifact on after a build, and gives a lone word of command to sh", async () => {
  const host = new FakeHost({ files: { "/a.sh": "" } });
  const ctx = Object.assign(new FakeRun({ host }), { input: fileListArtifact("test", [], host) });
  const ready = await shellLocalPostProcessor.prepare(
    { ...defaults, script: "/a.sh", execute_command: ["echo pp {{.Script}}"] },
    fakePrepareContext({ host }),
  );
  if (!ready.ok) throw new Error("refused");
  expect(await ready.value.run(ctx as unknown as PostProcessContext)).toEqual({
    artifact: ctx.input,
    keepInput: true,
    forceKeep: true,
  });
  expect(host.spawned.map(({ file, args }) => [file, ...args])).toEqual([["sh", "-c", "echo pp /a.sh"]]);
});
