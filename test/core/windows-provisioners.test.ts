import { writeFileSync } from "node:fs";
import { nodeHost } from "@kiln/host-node";
import type { Communicator, ExecOptions, ExecResult, Provisioner } from "@kiln/sdk";
import { FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WindowsBench } from "../../packages/local-cloud/src/windows/testing/bench.ts";
import { powershell } from "../../packages/plugins/core/src/provisioners/powershell/index.ts";
import { windowsShell } from "../../packages/plugins/core/src/provisioners/windows-shell/index.ts";
import { prepared } from "./prepared.ts";
import { realRun, scratch } from "./real-run.ts";

// The local cloud's Windows stand-in runs what the provisioners write: another author's reading of PowerShell and cmd.
const bench = new WindowsBench();
let folder: Awaited<ReturnType<typeof scratch>>;
beforeAll(async () => {
  folder = await scratch();
});
afterAll(async () => {
  bench[Symbol.dispose]();
  await folder[Symbol.asyncDispose]();
});

class BenchMachine implements Communicator {
  readonly kind: string;
  readonly commands: string[] = [];
  uploads = 0;
  constructor(kind: string) {
    this.kind = kind;
  }
  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    this.commands.push(command);
    const { code, out, errors } = await bench.cmd(command);
    options.onOutput?.({ stream: "stdout", bytes: Buffer.from(out) });
    options.onOutput?.({ stream: "stderr", bytes: Buffer.from(errors) });
    return { exit: code };
  }
  async upload(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
    this.uploads++;
    bench.system.drive.write(path, Buffer.concat(await Array.fromAsync(source)));
  }
  async uploadDirectory(): Promise<void> {}
  async *download(): AsyncGenerator<Uint8Array> {}
  async downloadDirectory(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

const left = (): readonly string[] =>
  bench.system.drive.list("C:\\Windows\\Temp").map(({ path }) => path.slice("C:\\Windows\\Temp\\".length));
const defaultsOf = (component: Provisioner): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(component.config).flatMap(([name, { fallback }]) =>
      fallback === undefined ? [] : [[name, fallback]],
    ),
  );

type Settings = Readonly<Record<string, unknown>>;
async function run(component: Provisioner, settings: Settings, kind = "winrm") {
  const machine = new BenchMachine(kind);
  const ctx = realRun({ communicator: machine, buildName: "amazon-ebs", builderType: "amazon-ebs" });
  const prepare = { ...fakePrepareContext({ host: new FakeHost() }), files: nodeHost().files };
  const ready = prepared(await component.prepare({ ...defaultsOf(component), ...settings } as never, prepare));
  const message = await ready.run(ctx).then(
    () => "",
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
  await ctx.undo();
  const said = ctx.ui.lines.filter((line) => !line.startsWith("==> Provisioning with"));
  return { message, said, machine };
}
const script = (name: string, text: string): string => {
  writeFileSync(folder.at(name), text);
  return folder.at(name);
};

describe("powershell on the Windows stand-in", () => {
  const kinds = ["winrm", "ssh"] as const;

  it.each(kinds)("runs the guide's scripts over %s in one upload and one command, and leaves nothing", async (kind) => {
    const before = left();
    const inline = await run(
      powershell,
      {
        environment_vars: ["DEVOPS_LIFE_IMPROVER=PACKER"],
        inline: [
          'Write-Host "HELLO NEW USER; WELCOME TO $Env:DEVOPS_LIFE_IMPROVER"',
          'Write-Host "characters such as DOLLAR`$ directly in a command"',
        ],
      },
      kind,
    );
    expect(inline.said).toEqual([
      "    HELLO NEW USER; WELCOME TO PACKER",
      "    characters such as DOLLAR$ directly in a command",
    ]);
    const sample = await run(
      powershell,
      {
        script: script(
          "sample_script.ps1",
          'Write-Host "The default for this builder is:" $Env:PACKER_BUILD_NAME\nWrite-Host $Env:VAR1 $Env:VAR2 $Env:VAR3 $Env:VAR4\n',
        ),
        environment_vars: ["VAR1=A$Dollar", "VAR2=A`Backtick", "VAR3=A'SingleQuote", 'VAR4=A"DoubleQuote'],
      },
      kind,
    );
    expect(sample.message).toBe("");
    expect(sample.said).toEqual([
      "    The default for this builder is: amazon-ebs",
      "    A$Dollar A`Backtick A'SingleQuote A\"DoubleQuote",
    ]);
    for (const { machine } of [inline, sample]) {
      expect([machine.uploads, machine.commands.length]).toEqual([1, 1]);
    }
    expect(left()).toEqual(before);
  });

  it.each<readonly [string, Settings, number]>([
    ["exit in inline commands", { inline: ["exit 7"] }, 7],
    ["an error nobody caught", { inline: ["throw 'no'"] }, 1],
    ["a native program's code", { inline: ["cmd /c exit 5"] }, 5],
    ["a native program's code, unless a later one succeeded", { inline: ["cmd /c exit 5", "cmd /c exit 0"] }, 0],
    ["success", { inline: ["Write-Host hi"] }, 0],
    ["a script's own code", { script: "exit 9\r\n" }, 9],
    ["a script that throws", { script: "throw 'no'\r\n" }, 1],
    ["a script's last native program", { script: "cmd /c exit 6\r\n" }, 6],
  ])("gives the exit code of %s", async (_, settings, code) => {
    const before = left();
    const given = typeof settings.script === "string" ? { script: script("code.ps1", settings.script) } : settings;
    for (const more of [{}, { elevated_user: "SYSTEM" }, { skip_clean: true }]) {
      const { message } = await run(powershell, { ...given, ...more });
      expect(message, JSON.stringify(more)).toBe(
        code === 0 ? "" : `Script exited with non-zero exit status: ${code}. Allowed exit codes are: [0]`,
      );
      if (!("skip_clean" in more)) expect(left()).toEqual(before);
      else
        for (const name of left())
          if (!before.includes(name)) bench.system.drive.remove(`C:\\Windows\\Temp\\${name}`, false);
    }
  });

  it("hands every value over unchanged, elevated or not", async () => {
    const value = fc.string({
      unit: fc.constantFrom("a", " ", "$", "`", '"', "'", ";", "%", "&", "é", "”", "(", "{", "\\"),
    });
    await fc.assert(
      fc.asyncProperty(value, fc.boolean(), async (text, elevated) => {
        const { said, message } = await run(powershell, {
          inline: ['Write-Output ("<" + $env:VALUE + ">")'],
          env: { VALUE: text },
          ...(elevated && { elevated_user: "SYSTEM" }),
        });
        // An empty variable is none; a task's output is in the system's own code page, which has no typographic quotes.
        fc.pre(!elevated || !/[”]/.test(text));
        expect([message, said]).toEqual(["", [`    <${text}>`]]);
      }),
      { numRuns: 60 },
    );
  });

  it("refuses to take an elevated user that is not there, or a wrong password, for a script's failure", async () => {
    const before = left();
    bench.system.accounts.setPassword("Administrator", "R1ght!pass");
    for (const [elevated_user, elevated_password] of [
      ["nobody", "x"],
      ["Administrator", "wr0ng"],
    ] as const) {
      const { message, said } = await run(powershell, { inline: ["exit 0"], elevated_user, elevated_password });
      expect(message).toContain(`The command could not be run as elevated user "${elevated_user}"`);
      expect(said[0]).toMatch(new RegExp(`^!!> Cannot run as ${elevated_user}: `));
    }
    const right = await run(powershell, {
      inline: ["whoami"],
      elevated_user: "Administrator",
      elevated_password: "R1ght!pass",
    });
    expect(right.message).toBe("");
    expect(right.said.join("\n").toLowerCase()).toContain("administrator");
    expect(left()).toEqual(before);
  });

  it("keeps what it sent with skip_clean, and removes it from paths of the template's", async () => {
    const own = {
      script: script("own.ps1", "Write-Host $env:A\r\n"),
      env: { A: "1" },
      remote_path: "C:/Windows/Temp/own.ps1",
    };
    const kept = await run(powershell, { ...own, remote_env_var_path: "C:/Windows/Temp/vars.ps1", skip_clean: true });
    expect(kept.said).toEqual(["    1"]);
    expect(left()).toEqual(expect.arrayContaining(["own.ps1", "vars.ps1"]));
    const cleaned = await run(powershell, { ...own, remote_env_var_path: "C:/Windows/Temp/vars.ps1" });
    expect(cleaned.machine.commands).toHaveLength(2);
    expect(left()).not.toContain("own.ps1");
    expect(left()).not.toContain("vars.ps1");
  });

  it.each([["'x"], ["if ("], ["exit 7"]])("leaves nothing of a script that ends as %j", async (line) => {
    const settings = { environment_vars: ["DB_PASSWORD=hunter2xyz"], valid_exit_codes: [0, 1, 7] };
    await run(powershell, { ...settings, inline: [line] });
    expect(left()).toEqual([]);
  });

  it("runs a script of 1 MB", async () => {
    const big = script("big.ps1", `${"# padding\r\n".repeat(95_000)}Write-Host 'the end'\r\nexit 3\r\n`);
    const { said, message } = await run(powershell, { script: big, valid_exit_codes: [3] });
    expect([message, said]).toEqual(["", ["    the end"]]);
  });
});

describe("windows-shell on the Windows stand-in", () => {
  it("sets the variables and gives exit codes exactly", async () => {
    const { said, message } = await run(windowsShell, {
      inline: ["@echo off", "echo %WHO% and %PACKER_BUILD_NAME%", "exit /b 42"],
      environment_vars: ["WHO=it's me"],
    });
    expect(said).toEqual(["    it's me and amazon-ebs"]);
    expect(message).toBe("Script exited with non-zero exit status: 42. Allowed exit codes are: [0]");
  });
  it("runs batch files", async () => {
    const { said, message } = await run(windowsShell, { script: script("a.bat", "@echo one\r\n@echo two 1>&2\r\n") });
    expect([message, said]).toEqual(["", ["    one", "!!> two"]]);
  });
});
