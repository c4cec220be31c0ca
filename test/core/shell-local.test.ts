import { writeFile } from "node:fs/promises";
import { nodeHost } from "@kiln/host-node";
import { type FakeContextOptions, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { shellLocal } from "../../packages/plugins/core/src/provisioners/shell-local/index.ts";
import { prepared } from "./prepared.ts";
import { type RealRun, realRun, scratch } from "./real-run.ts";

type Settings = Partial<Parameters<typeof shellLocal.prepare>[0]>;

async function run(settings: Settings, options: FakeContextOptions = {}): Promise<RealRun> {
  const ctx = realRun({ buildName: "web", builderType: "null", ...options, host: nodeHost() });
  await start(settings, ctx);
  return ctx;
}
async function start(settings: Settings, ctx: RealRun): Promise<void> {
  const prepare = { ...fakePrepareContext(), files: nodeHost().files };
  const ready = prepared(
    await shellLocal.prepare({ use_linux_pathing: false, valid_exit_codes: [0], ...settings }, prepare),
  );
  await ready.run(ctx);
}

it("runs inline commands with Kiln's environment and its own", async () => {
  const ctx = await run(
    {
      inline: ["echo $0 $A $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE $PACKER_RUN_UUID", "pwd", "echo oops >&2", "cat"],
      environment_vars: ["A=it's {{.ID}}"],
    },
    { buildValues: { ID: "Null" } },
  );
  const [first = "", ...rest] = ctx.ui.lines;
  const script = /^==> Running local shell script: (\/tmp\/packer-shell\d+)$/.exec(first)?.[1] ?? "";
  expect(rest.toSorted()).toEqual(
    [
      "!!> oops",
      `    ${process.cwd()}`,
      `    ${script} it's Null web null 00000000-0000-4000-8000-000000000000`,
    ].toSorted(),
  );
  expect(await nodeHost().files.stat(script)).toBeUndefined();
});

it("keeps secrets out of every process's arguments", async () => {
  await using dir = await scratch();
  const secret = "hush-hush-5f3a";
  const look = "tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$PPID/cmdline; echo; echo len ${#SECRET}";
  await writeFile(dir.at("look.sh"), `#!/bin/sh\n${look}\n`, { mode: 0o755 });
  for (const more of [{}, { execute_command: ["/bin/bash", "-c", "{{.Vars}} {{.Script}}"] }]) {
    const ctx = await run({ script: dir.at("look.sh"), environment_vars: [`SECRET=${secret}`], ...more });
    expect(ctx.ui.lines.join("\n")).not.toContain(secret);
    expect(ctx.ui.lines.at(-1)).toBe(`    len ${secret.length}`);
  }
});

it("writes the variables where a command of the template's own wants them", async () => {
  const ctx = await run({
    inline: ["true"],
    environment_vars: ["A=it's"],
    execute_command: ["/bin/echo", "V={{.Vars}}", "S={{.Script}}", "C={{.Command}}"],
  });
  expect(ctx.ui.lines[1]).toMatch(
    /^ {4}V=A='it'"'"'s' PACKER_BUILDER_TYPE='null' PACKER_BUILD_NAME='web' {2}S=(\/tmp\/packer-shell\d+) C=\1$/,
  );
});

it("refuses other exit codes", async () => {
  await expect(run({ inline: ["exit 4"], valid_exit_codes: [0, 5] })).rejects.toThrow(
    "Script exited with non-zero exit status: 4. Allowed exit codes are: [0 5]",
  );
  await run({ inline: ["exit 5"], valid_exit_codes: [0, 5] });
});

it("names the script whose command cannot be started", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("s.sh"), "");
  await expect(run({ script: dir.at("s.sh"), execute_command: ["/nope", "{{.Script}}"] })).rejects.toThrow(
    `Error executing script: ${dir.at("s.sh")}`,
  );
});

it("ends everything the script started when the build is aborted", async () => {
  await using dir = await scratch();
  const stop = new AbortController();
  const ctx = realRun({ signal: stop.signal, host: nodeHost() });
  const done = start({ inline: [`sleep 300 & echo $! >${dir.at("pid")}`, "echo started", "wait"] }, ctx);
  while (!ctx.ui.lines.includes("    started")) await new Promise((r) => setTimeout(r, 10));
  stop.abort(new Error("interrupted"));
  await expect(done).rejects.toThrow("interrupted");
  const pid = Number(await nodeHost().files.readText(dir.at("pid")));
  const state = await nodeHost()
    .files.readText(`/proc/${pid}/stat`)
    .catch(() => "gone");
  expect(state === "gone" || state.split(" ")[2] === "Z").toBe(true);
});
