import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { nodeHost } from "@kiln/host-node";
import type { PrepareContext, ProvisionContext } from "@kiln/sdk";
import { FakeClock, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { shell } from "../../packages/plugins/core/src/provisioners/shell/index.ts";
import { prepared } from "./prepared.ts";
import { type RealRun, realRun, scratch } from "./real-run.ts";
import { ShellMachine, type ShellMachineOptions } from "./shell-machine.ts";

type Settings = Parameters<typeof shell.prepare>[0];
const defaults = {
  binary: false,
  use_env_var_file: false,
  expect_disconnect: false,
  skip_clean: false,
  remote_folder: "/tmp",
  valid_exit_codes: [0],
  start_retry_timeout: 300_000,
};

async function run(
  settings: Partial<Settings>,
  machine: ShellMachine,
  options: Partial<RealRun> = {},
): Promise<RealRun> {
  const ctx = Object.assign(realRun({ communicator: machine, buildName: "web", builderType: "null" }), options);
  const host = nodeHost();
  const prepare: PrepareContext = { ...fakePrepareContext(), files: host.files };
  const ready = prepared(await shell.prepare({ ...defaults, ...settings }, prepare));
  await ready.run(ctx satisfies ProvisionContext);
  return ctx;
}
const outputOf = (ctx: RealRun): readonly string[] => ctx.ui.lines.slice(1);

describe.each(["/bin/sh", "/bin/bash"])("a script through %s", (loginShell) => {
  const machine = (options: ShellMachineOptions = {}): ShellMachine =>
    new ShellMachine({ shell: loginShell, ...options });

  it("costs one exec: in, run, out", async () => {
    await using dir = await scratch();
    const m = machine();
    const ctx = await run(
      {
        inline: ['echo "$0 $(stat -c %a "$0")"', "echo oops >&2", "echo $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE"],
        remote_folder: dir.path,
        remote_file: "s.sh",
      },
      m,
    );
    expect(ctx.ui.lines[0]).toMatch(/^==> Provisioning with shell script: \/tmp\/packer-shell\d{10}$/);
    expect(outputOf(ctx).toSorted()).toEqual(["    web null", `    ${dir.at("s.sh")} 755`, "!!> oops"].toSorted());
    expect(m.asked).toHaveLength(1);
    await expect(stat(dir.at("s.sh"))).rejects.toThrow("ENOENT");
    // Nothing is made on this side either.
    expect(ctx.journal).toEqual([]);
  });

  it("refuses other exit codes and leaves the script to look at", async () => {
    await using dir = await scratch();
    const m = machine();
    await expect(run({ inline: ["exit 3"], remote_path: dir.at("s.sh") }, m)).rejects.toThrow(
      "Script exited with non-zero exit status: 3. Allowed exit codes are: [0]",
    );
    expect(await readFile(dir.at("s.sh"), "utf8")).toBe("#!/bin/sh -e\nexit 3\n");
    await run({ inline: ["exit 3"], remote_path: dir.at("t.sh"), valid_exit_codes: [0, 3] }, m);
    await expect(stat(dir.at("t.sh"))).rejects.toThrow("ENOENT");
    expect(m.asked).toHaveLength(2);
  });

  it("gives the exit code of a script that a signal ended", async () => {
    await using dir = await scratch();
    await expect(run({ inline: ["kill -9 $$"], remote_path: dir.at("s.sh") }, machine())).rejects.toThrow(
      "exit status: 137",
    );
  });

  it("leaves the script there with skip_clean", async () => {
    await using dir = await scratch();
    await run({ inline: ["true"], remote_path: dir.at("s.sh"), skip_clean: true }, machine());
    expect((await stat(dir.at("s.sh"))).mode & 0o777).toBe(0o755);
  });

  it("ends the script's input at once", async () => {
    const ctx = await run({ inline: ["cat", "if read x; then echo got $x; else echo end; fi"] }, machine());
    expect(outputOf(ctx)).toEqual(["    end"]);
  });

  it("quotes the environment", async () => {
    const hard = `it's "a" $HOME \\ \`x\` & ; # *\nsecond`;
    const ctx = await run(
      { inline: ["printf '%s\\n' \"$HARD\"", "echo $A"], environment_vars: [`HARD=${hard}`, "A=1"], env: { A: "2" } },
      machine(),
    );
    expect(outputOf(ctx)).toEqual([...hard.split("\n").map((line) => `    ${line}`), "    2"]);
  });

  it("brings the environment as a file, in the same exec", async () => {
    await using dir = await scratch();
    const m = machine();
    await writeFile(dir.at("a.sh"), "stat -c '%a' $D/varfile_*.sh; echo \"$A\"\n");
    const ctx = await run(
      {
        scripts: [dir.at("a.sh"), dir.at("a.sh")],
        use_env_var_file: true,
        remote_folder: dir.path,
        environment_vars: ["A=it's", `D=${dir.path}`],
      },
      m,
    );
    expect(ctx.ui.lines.filter((line) => line.startsWith("    "))).toEqual([
      "    600",
      "    it's",
      "    600",
      "    it's",
    ]);
    expect(m.asked).toHaveLength(2);
    expect(await nodeHost().files.list(dir.path)).toEqual(["a.sh"]);
  });

  it("runs a command of the template's own, passwords piped into it and all", async () => {
    await using dir = await scratch();
    const ctx = await run(
      {
        inline: ["echo args $1 $W"],
        remote_path: dir.at("s.sh"),
        environment_vars: ["W=w"],
        execute_command: `echo 'pass''word' | sh -c 'read p; echo got $p; {{.Vars}} sh {{.Path}} "a b"'`,
      },
      machine(),
    );
    expect(outputOf(ctx)).toEqual(["    got password", "    args a b w"]);
  });

  it.each([
    [
      "text with CRLF",
      Buffer.from("#!/bin/sh\r\ncksum <$0\r\necho done"),
      Buffer.from("#!/bin/sh\ncksum <$0\necho done\n"),
      false,
    ],
    ["binary", Buffer.from("#!/bin/sh\ncksum <$0\nexit\n\0\r\n\xff"), undefined, true],
    [
      "a megabyte",
      Buffer.from(`#!/bin/sh\ncksum <$0\nexit 0\n${"# padding to make it long\n".repeat(45_000)}`),
      undefined,
      false,
    ],
  ])("sends %s whole", async (_, given, expected, binary) => {
    await using dir = await scratch();
    await writeFile(dir.at("local.sh"), given);
    await writeFile(dir.at("expected"), expected ?? given);
    const ctx = await run({ script: dir.at("local.sh"), binary, remote_path: dir.at("s.sh") }, machine());
    const sum = await run({ inline: [`cksum <${dir.at("expected")}`] }, machine());
    expect(outputOf(ctx)[0]).toBe(outputOf(sum)[0]);
  });

  it("keeps ~ and $HOME in the remote path, and takes spaces", async () => {
    await using dir = await scratch();
    const m = machine({ home: dir.path });
    await run(
      { inline: ["true"], remote_path: "~/in home.sh", execute_command: "chmod +x ~/'in home.sh'", skip_clean: true },
      m,
    );
    await run({ inline: ["true"], remote_path: "$HOME/x.sh", skip_clean: true }, m);
    expect(await nodeHost().files.list(dir.path)).toEqual(["in home.sh", "x.sh"]);
  });

  it("shows what looks like its own messages, when a script says it", async () => {
    const ctx = await run({ inline: ["echo kiln-0123:ready;", "printf kiln-"] }, machine());
    expect(outputOf(ctx)).toEqual(["    kiln-0123:ready", "    kiln-"]);
  });
});

it("runs a script without interpreter line in the user's own shell, as sshd would", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("s.sh"), "[[ a == a ]] && echo ${BASH_VERSION:+bash}\n");
  const ctx = await run(
    { script: dir.at("s.sh"), remote_path: dir.at("r.sh") },
    new ShellMachine({ shell: "/bin/bash" }),
  );
  expect(outputOf(ctx)).toEqual(["    bash"]);
});

it("tells a script that cannot be put there from one that fails, and tries again", async () => {
  await using dir = await scratch();
  const m = new ShellMachine();
  await mkdir(dir.at("s.sh"));
  await expect(run({ inline: ["exit 1"], remote_path: dir.at("s.sh"), start_retry_timeout: 5_000 }, m)).rejects.toThrow(
    /^Error uploading script: .*\/s\.sh/,
  );
  expect(m.asked).toHaveLength(3);

  const clock = new FakeClock();
  const sleep = clock.sleep.bind(clock);
  clock.sleep = async (ms, signal) => {
    await rm(dir.at("s.sh"), { recursive: true });
    return sleep(ms, signal);
  };
  const ctx = await run({ inline: ["echo here"], remote_path: dir.at("s.sh") }, m, {
    host: { ...nodeHost(), clock },
  });
  expect(outputOf(ctx)).toEqual([
    expect.stringMatching(/^!!> Error uploading script: .*\/s\.sh.*; trying for up to 5m0s$/),
    "    here",
  ]);
  expect(clock.sleeps).toEqual([2_000]);
});

it.each<ShellMachineOptions>([{}, { noShell: true }])(
  "does not wait for a directory that the machine lacks: %j",
  async (options) => {
    await using dir = await scratch();
    const m = new ShellMachine(options);
    for (const settings of [
      { remote_folder: dir.at("no") },
      { remote_path: dir.at("s.sh"), remote_folder: dir.at("no"), use_env_var_file: true },
    ])
      await expect(run({ inline: ["exit 1"], ...settings }, m)).rejects.toThrow(
        /^Error uploading (script|envVarFile): .*\/no\/.*set remote_folder or remote_path/,
      );
    expect(m.asked.filter((command) => !command.startsWith("/bin/sh"))).toHaveLength(options.noShell ? 2 : 0);
  },
);

it("lets a script that a signal ends have the last word", async () => {
  await using dir = await scratch();
  const ctx = realRun({ communicator: new ShellMachine({ shell: "/bin/bash" }) });
  const settings = { ...defaults, inline: ["echo last >&2; kill -9 $$"], remote_path: dir.at("s.sh") };
  const ready = prepared(await shell.prepare(settings, fakePrepareContext()));
  await expect(ready.run(ctx)).rejects.toThrow("exit status: 137");
  expect(ctx.ui.lines.slice(1)).toEqual(["!!> last"]);
});

it("goes step by step where there is no POSIX shell, and asks only once", async () => {
  await using dir = await scratch();
  const m = new ShellMachine({ noShell: true });
  const settings = { inline: ["echo hi"], remote_path: dir.at("s.sh") };
  const first = await run(settings, m);
  expect(outputOf(first)).toEqual(["    hi"]);
  await run(settings, m);
  const path = dir.at("s.sh");
  const steps = [
    `upload ${path}`,
    `chmod 0755 ${path}`,
    `chmod +x ${path}; PACKER_BUILDER_TYPE='null' PACKER_BUILD_NAME='web'  ${path}`,
    `rm -f ${path}`,
  ];
  expect(m.asked.slice(1)).toEqual([...steps, ...steps]);
});

it("goes step by step on a terminal", async () => {
  await using dir = await scratch();
  const m = new ShellMachine({ terminal: true });
  const ctx = await run({ inline: ["test -t 1 && echo terminal"], remote_path: dir.at("s.sh") }, m);
  expect(outputOf(ctx)).toEqual(["    terminal"]);
  expect(m.asked).toHaveLength(5);
});

it("never runs a script that arrived in part", async () => {
  await using dir = await scratch();
  await writeFile(dir.at("long.sh"), `touch ${dir.at("ran")}\n${"# more\n".repeat(10_000)}`);
  for (const cutInputAfter of [10, 400, 5_000, 60_000]) {
    const m = new ShellMachine({ cutInputAfter });
    await expect(
      run({ script: dir.at("long.sh"), remote_path: dir.at("s.sh"), start_retry_timeout: 0 }, m),
    ).rejects.toThrow("Error uploading script: the connection was lost");
  }
  expect(await nodeHost().files.list(dir.path)).toEqual(["long.sh"]);
});

it("takes a lost connection for an error unless it is expected", async () => {
  await using dir = await scratch();
  const settings = { inline: ["echo rebooting", "sleep 30"], remote_path: dir.at("s.sh") };
  await expect(run(settings, new ShellMachine({ loseOn: "rebooting\n" }))).rejects.toThrow(
    "Script disconnected unexpectedly.",
  );
  const m = new ShellMachine({ loseOn: "rebooting\n", awayFor: 3 });
  await run({ ...settings, expect_disconnect: true }, m);
  // It waits, by removing the script, for the machine to come back.
  expect(m.asked.slice(1)).toEqual(Array.from({ length: 4 }, () => `rm -f ${dir.at("s.sh")}`));
  await expect(stat(dir.at("s.sh"))).rejects.toThrow("ENOENT");
});

it("says so when the script cannot be removed", async () => {
  await using dir = await scratch();
  await expect(
    run(
      {
        inline: [`rm -f $0; mkdir $0; touch $0/x`],
        remote_path: dir.at("s.sh"),
        start_retry_timeout: 2_000,
      },
      new ShellMachine(),
    ),
  ).rejects.toThrow(`Error removing temporary script at ${dir.at("s.sh")}!`);
});

it("stops when the build is aborted", async () => {
  await using dir = await scratch();
  const stop = new AbortController();
  const m = new ShellMachine();
  const ctx = Object.assign(realRun({ communicator: m, signal: stop.signal }));
  const ready = prepared(
    await shell.prepare(
      { ...defaults, inline: ["echo started; sleep 60"], remote_path: dir.at("s.sh") },
      fakePrepareContext(),
    ),
  );
  const done = ready.run(ctx);
  while (!ctx.ui.lines.includes("    started")) await new Promise((r) => setTimeout(r, 10));
  stop.abort(new Error("interrupted"));
  await expect(done).rejects.toThrow("interrupted");
});

it("pauses after the scripts", async () => {
  const clock = new FakeClock();
  const ctx = await run({ inline: ["true"], pause_after: 90_500 }, new ShellMachine(), {
    host: { ...nodeHost(), clock },
  });
  expect(ctx.ui.lines.at(-1)).toBe("==> Pausing 1m30.5s after this provisioner...");
  expect(clock.sleeps).toEqual([90_500]);
});
