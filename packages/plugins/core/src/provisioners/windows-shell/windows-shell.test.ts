import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, type FakeExecResult, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import type { Config } from "./config.ts";
import { windowsShell } from "./index.ts";

const defaults = {
  binary: false,
  valid_exit_codes: [0],
  env_var_format: 'set "%s=%s" && ',
  remote_path: "c:/Windows/Temp/script.bat",
  execute_command: '{{.Vars}}"{{.Path}}"',
  start_retry_timeout: 300_000,
} as const;

async function run(settings: Partial<Config>, answer: FakeExecResult = {}) {
  const host = new FakeHost({ files: { "a.bat": "echo a\n", "b.bat": "echo b\r\n" } });
  const checked = await windowsShell.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!checked.ok) throw new Error(checked.diagnostics.map((d) => d.summary).join("\n"));
  const sent: string[] = [];
  const communicator = new FakeCommunicator({
    kind: "winrm",
    onExec: ({ command }) => {
      sent.push(command);
      return answer;
    },
  });
  communicator.upload = async (source, path, { size }) => {
    const bytes = Buffer.concat(await Array.fromAsync(source));
    expect(bytes).toHaveLength(size ?? -1);
    sent.push(`upload ${path}: ${bytes.toString()}`);
  };
  const fake = new FakeRun({ host });
  const ctx = Object.assign(fake, { machine: { communicator, facts: {} } }) as unknown as ProvisionContext;
  const error = await checked.value.run(ctx).then(
    () => "",
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
  return { sent, lines: fake.ui.lines, error, files: host.files.paths() };
}

it("runs batch files in order, with variables that nobody quotes", async () => {
  const { sent, lines } = await run({ scripts: ["a.bat", "b.bat"], environment_vars: ["A=it's 50%"] });
  const command =
    'set "A=it\'s 50%" && set "PACKER_BUILDER_TYPE=null" && set "PACKER_BUILD_NAME=test" && "c:/Windows/Temp/script.bat"';
  expect(sent).toEqual([
    "upload c:/Windows/Temp/script.bat: echo a\n",
    command,
    "upload c:/Windows/Temp/script.bat: echo b\r\n",
    command,
  ]);
  expect(lines).toEqual([
    "==> Provisioning with windows-shell...",
    "==> Provisioning with shell script: a.bat",
    "==> Provisioning with shell script: b.bat",
  ]);
});

it("sends inline commands through a file that goes again", async () => {
  const { sent, lines, files } = await run({ inline: ["echo 1", "exit /b 3"], valid_exit_codes: [3] }, { exit: 3 });
  expect(sent[0]).toBe("upload c:/Windows/Temp/script.bat: echo 1\nexit /b 3\n");
  expect(lines[1]).toMatch(/^==> Provisioning with shell script: \/tmp\/packer-windows-shell-provisioner\d+$/);
  expect(files).toEqual(["a.bat", "b.bat"].map((name) => expect.stringContaining(name)));
});

it.each([
  [["echo a\n:again", "echo b"], "echo a\r\n:again\r\necho b\r\n"],
  [["if x==y goto :eof\r\necho c"], "if x==y goto :eof\r\necho c\r\n"],
  [["@call :sub", "exit /b"], "@call :sub\r\nexit /b\r\n"],
  [["echo gotox c:\\x call x"], "echo gotox c:\\x call x\n"],
])("sends labels with the line ends that cmd finds them in: %j", async (inline, sent) => {
  expect((await run({ inline })).sent[0]).toBe(`upload c:/Windows/Temp/script.bat: ${sent}`);
});

it("refuses exit codes and lost connections that the template does not allow", async () => {
  expect((await run({ script: "a.bat" }, { exit: -1073741510 })).error).toBe(
    "Script exited with non-zero exit status: -1073741510. Allowed exit codes are: [0]",
  );
  expect((await run({ script: "a.bat" }, { exit: "disconnected" })).error).toMatch(
    /^Script disconnected unexpectedly\..*add 16001 to valid_exit_codes/,
  );
  expect((await run({ script: "a.bat" }, { exit: "disconnected", cause: "no answer came within 65 s" })).error).toMatch(
    /^Script disconnected unexpectedly \(no answer came within 65 s\)\. If /,
  );
  expect((await run({ script: "a.bat", valid_exit_codes: [0, 16001] }, { exit: "disconnected" })).error).toBe("");
});

it("says everything that is wrong", async () => {
  await expect(run({ environment_vars: ["x"] })).rejects.toThrow(
    "Either a script file or inline script must be specified.\nEnvironment variable not in format 'key=value': x",
  );
});
