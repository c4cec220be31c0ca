import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, type FakeExecResult, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { elevatedNotRun } from "@kiln/sdk/windows";
import { expect, it } from "vitest";
import type { Config } from "./config.ts";
import { powershell } from "./index.ts";

const defaults = {
  binary: false,
  valid_exit_codes: [0],
  env_var_format: '$env:%s="%s"; ',
  elevated_env_var_format: '$env:%s="%s"; ',
  execution_policy: "bypass",
  use_pwsh: false,
  debug_mode: 0,
  skip_clean: false,
  start_retry_timeout: 300_000,
} as const;
const newHost = (): FakeHost =>
  new FakeHost({ files: { "a.ps1": "exit 1\n", "b.ps1": "exit 2\n", "big.ps1": `# ${"x".repeat(200_000)}\n` } });

interface MachineOptions {
  readonly kind?: string;
  readonly answers?: readonly FakeExecResult[];
  /** The build is interrupted while the first command runs. */
  readonly interrupted?: true;
  /** How many uploads fail first. */
  readonly refusals?: number;
  readonly buildValues?: Readonly<Record<string, unknown>>;
}

async function run(settings: Partial<Config>, options: MachineOptions = {}) {
  const host = newHost();
  const checked = await powershell.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!checked.ok) throw new Error(checked.diagnostics.map((d) => d.summary).join("\n"));
  const answers = [...(options.answers ?? [])];
  let refusals = options.refusals ?? 0;
  const interrupt = new AbortController();
  const commands: string[] = [];
  const uploads: { readonly path: string; readonly bytes: Buffer }[] = [];
  const communicator = new FakeCommunicator({
    kind: options.kind ?? "winrm",
    onExec: ({ command }) => {
      commands.push(command);
      if (options.interrupted && commands.length === 1) interrupt.abort(new Error("interrupted"));
      return answers.shift() ?? {};
    },
  });
  communicator.upload = async (source, path, { size }) => {
    if (refusals-- > 0) throw new Error("no space");
    const bytes = Buffer.concat(await Array.fromAsync(source));
    expect(bytes).toHaveLength(size ?? -1);
    uploads.push({ path, bytes });
  };
  const fake = new FakeRun({
    host,
    signal: interrupt.signal,
    ...(options.buildValues && { buildValues: options.buildValues }),
  });
  const ctx = Object.assign(fake, { machine: { communicator, facts: {} } }) as unknown as ProvisionContext;
  const error = await checked.value.run(ctx).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  await fake.undo(error ? "failed" : "succeeded");
  return {
    commands,
    uploads,
    paths: uploads.map(({ path }) => path.replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/, "UUID")),
    lines: fake.ui.lines,
    masked: fake.masked,
    message: error instanceof Error ? error.message : "",
    error,
    clock: host.clock,
  };
}

/** What an encoded command says. */
function decoded(command = ""): string {
  return Buffer.from(/-encodedcommand (\S+)/.exec(command)?.[1] ?? "", "base64").toString("utf16le");
}

it("says everything that is wrong", async () => {
  const wrong = { execution_policy: "bypas", debug_mode: 3, elevated_password: "x", environment_vars: ["y"] };
  await expect(run(wrong)).rejects.toThrow(
    [
      "Either a script file or inline script must be specified.",
      "Environment variable not in format 'key=value': y",
      "Must supply an 'elevated_user' if 'elevated_password' provided",
      "Invalid execution_policy: bypas",
      "Invalid debug_mode: 3. It is 0 (no tracing), 1 (lines) or 2 (lines, assignments and calls).",
    ].join("\n"),
  );
});

it("prints Packer's lines", async () => {
  const { lines, clock } = await run(
    { scripts: ["a.ps1", "b.ps1"], pause_after: 90_000 },
    { answers: [{ stdout: "one\r\n", stderr: "oops\r\n" }] },
  );
  expect(lines).toEqual([
    "==> Provisioning with Powershell...",
    "==> Provisioning with powershell script: a.ps1",
    "    one",
    "!!> oops",
    "==> Provisioning with powershell script: b.ps1",
    "==> Pausing 1m30s after this provisioner...",
  ]);
  expect(clock.sleeps).toEqual([90_000]);
});

it("needs one upload and one command for a script, and sends a large one as it is", async () => {
  const small = await run({ script: "a.ps1" });
  expect(small.paths).toEqual(["c:/Windows/Temp/packer-ps-env-vars-UUID.ps1"]);
  expect(small.commands).toHaveLength(1);
  const big = await run({ script: "big.ps1" });
  expect(big.paths).toEqual(["c:/Windows/Temp/packer-ps-env-vars-UUID.ps1", "c:/Windows/Temp/script-UUID.ps1"]);
  expect(big.uploads[1]?.bytes).toHaveLength(200_003);
  expect(big.commands).toHaveLength(1);
});

it("refuses exit codes that are not valid, exactly", async () => {
  const negative = await run({ inline: ["x"] }, { answers: [{ exit: -1073741510 }] });
  expect(negative.message).toBe("Script exited with non-zero exit status: -1073741510. Allowed exit codes are: [0]");
  expect((await run({ inline: ["x"], valid_exit_codes: [0, 3010] }, { answers: [{ exit: 3010 }] })).message).toBe("");
});

it("takes a lost connection for success only where its code is listed", async () => {
  const lost: MachineOptions = { answers: [{ exit: "disconnected" }] };
  expect((await run({ script: "a.ps1" }, lost)).message).toMatch(/^Script disconnected unexpectedly\..* 16001 /);
  const allowed = await run({ script: "a.ps1", valid_exit_codes: [0, 16001] }, lost);
  expect(allowed.message).toBe("");
  // Nothing is known of what is left: it is removed once the machine is back.
  expect(decoded(allowed.commands[1])).toMatch(/^Remove-Item .*packer-ps-env-vars.*script-/);
  expect((await run({ script: "a.ps1" }, { ...lost, kind: "ssh" })).message).toContain("2300218");
});

it("tries again until the script is started, saying why it waits", async () => {
  const { message, lines, uploads, clock } = await run(
    { inline: ["x"] },
    { refusals: 2, answers: [{ exit: "disconnected", neverStarted: true }] },
  );
  expect(message).toBe("");
  expect(uploads).toHaveLength(2);
  expect(clock.sleeps).toEqual([2_000, 2_000, 2_000]);
  expect(lines.filter((line) => line.startsWith("!!>"))).toEqual([
    "!!> Error uploading script: no space; trying for up to 5m0s",
    "!!> The script could not be started: the connection was lost; trying for up to 5m0s",
  ]);
  const crowded = {
    exit: "disconnected",
    neverStarted: true,
    cause: "too many shells (WSManFault 2150859173)",
  } as const;
  expect((await run({ inline: ["x"], start_retry_timeout: 3_000 }, { answers: Array(9).fill(crowded) })).message).toBe(
    "The script could not be started: too many shells (WSManFault 2150859173)",
  );
  expect((await run({ inline: ["x"], start_retry_timeout: 3_000 }, { refusals: 9 })).message).toBe(
    "Error uploading script: no space",
  );
});

it("gives the template's own command its paths, and cleans up after it", async () => {
  const own = { script: "a.ps1", remote_path: "C:\\kiln\\", execute_command: "run {{.Path}} with {{.Vars}}" };
  const { paths, commands } = await run({ ...own, remote_env_var_path: "$env:TEMP/vars.ps1" });
  expect(paths).toEqual(["$env:TEMP/vars.ps1", "C:\\kiln\\a.ps1"]);
  expect(commands[0]).toBe("run C:\\kiln\\a.ps1 with $env:TEMP/vars.ps1");
  expect(decoded(commands[1] ?? "")).toBe(
    "Remove-Item -Force -ErrorAction SilentlyContinue -LiteralPath \"$env:TEMP/vars.ps1\", 'C:\\kiln\\a.ps1'; exit 0",
  );
  expect((await run({ ...own, skip_clean: true })).commands).toHaveLength(1);
  // No variables asked for, none sent.
  expect((await run({ ...own, execute_command: "run {{.Path}}" })).paths).toEqual(["C:\\kiln\\a.ps1"]);
});

it("leaves no script behind when it failed, and says when it could not", async () => {
  const own = { script: "a.ps1", execute_command: "run {{.Path}}" };
  const failed = await run(own, { answers: [{ exit: 4 }, { exit: 1 }] });
  expect(failed.message).toContain("non-zero exit status: 4");
  expect(decoded(failed.commands[1] ?? "")).toContain("Remove-Item");
  expect(failed.lines.at(-1)).toMatch(/^!!> Could not remove c:\/Windows\/Temp\/script-.*\.ps1 from the machine\.$/);
});

it("encodes the command over SSH, where the login shell may be PowerShell", async () => {
  const { commands } = await run({ script: "a.ps1" }, { kind: "ssh" });
  expect(commands[0]).toMatch(/^powershell -executionpolicy bypass -outputformat text -encodedcommand [\w+/=]+$/);
  expect(decoded(commands[0] ?? "")).toMatch(/^& \{ try \{ .*exit \$LastExitCode \} finally \{ Remove-Item .* \} \}$/);
});

it.each<readonly [Partial<Config>, RegExp]>([
  [{ inline: ["x"], use_pwsh: true }, /^pwsh -executionpolicy bypass -file c:/],
  [{ inline: ["x"], execution_policy: "RemoteSigned" }, /^powershell -executionpolicy remotesigned -file c:/],
  [{ inline: ["x"], execution_policy: "none" }, /^-file c:\/Windows\/Temp\/script-[\w-]+\.ps1$/],
  [{ script: "a.ps1", execution_policy: "none" }, /^& \{ try \{ .* \} \}$/],
  [{ script: "a.ps1", debug_mode: 2 }, /; Set-PsDebug -Trace 2; \. c:/],
])("starts PowerShell as told: %j", async (settings, command) => {
  expect((await run(settings)).commands[0]).toMatch(command);
});

it("marks text beyond ASCII so that Windows PowerShell reads it right", async () => {
  const { uploads } = await run({ inline: ["Write-Host Grüße"] });
  expect(uploads[0]?.bytes.subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf));
  expect((await run({ inline: ["Write-Host hi"] })).uploads[0]?.bytes[0]).toBe("$".charCodeAt(0));
});

it("keeps the elevated password out of commands and masks it", async () => {
  const elevated = { elevated_user: "{{.User}}", elevated_password: "{{.WinRMPassword}}" };
  const buildValues = { User: "Administrator", WinRMPassword: "S'ecret$1" };
  const { commands, uploads, masked, paths } = await run({ script: "a.ps1", ...elevated }, { buildValues });
  expect(paths).toEqual(["C:/Windows/Temp/packer-elevated-shell-UUID.ps1"]);
  expect(commands).toHaveLength(1);
  expect(commands[0]).toMatch(/^powershell -executionpolicy bypass -file "C:\/Windows\/Temp\/packer-elevated-shell-/);
  expect(masked).toEqual(["S'ecret$1"]);
  expect(uploads[0]?.bytes.toString()).toContain("$password = 'S''ecret$1'");
});

it("sends a large script next to the elevated one, and removes all of it after a lost connection", async () => {
  const { paths, commands } = await run(
    { script: "big.ps1", elevated_user: "SYSTEM", valid_exit_codes: [0, 16001] },
    { answers: [{ exit: "disconnected" }] },
  );
  expect(paths).toEqual([
    "c:/Windows/Temp/packer-ps-env-vars-UUID.ps1",
    "c:/Windows/Temp/script-UUID.ps1",
    "C:/Windows/Temp/packer-elevated-shell-UUID.ps1",
  ]);
  expect(decoded(commands[1] ?? "").match(/\.ps1/g)).toHaveLength(3);
});

it("never takes a task that could not be run for a script's success", async () => {
  const { message, lines } = await run(
    { inline: ["x"], elevated_user: "nobody", elevated_password: "p", valid_exit_codes: [0, elevatedNotRun] },
    { answers: [{ exit: elevatedNotRun, stderr: "Cannot run as nobody: No mapping between account names\r\n" }] },
  );
  expect(lines).toContain("!!> Cannot run as nobody: No mapping between account names");
  expect(message).toMatch(/^The command could not be run as elevated user "nobody"/);
});

it("removes what it sent when the build is interrupted, the password of an elevated run above all", async () => {
  const elevated = { elevated_user: "Administrator", elevated_password: "p", skip_clean: true };
  const { message, commands } = await run({ inline: ["x"], ...elevated }, { interrupted: true });
  expect(message).toBe("interrupted");
  expect(decoded(commands[1])).toMatch(/^Remove-Item .*'C:\/Windows\/Temp\/packer-elevated-shell-[^,]*'; exit 0$/);
  const plain = await run({ script: "a.ps1" }, { interrupted: true });
  expect(decoded(plain.commands[1]).match(/\.ps1/g)).toHaveLength(2);
});
