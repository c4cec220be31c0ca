import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { shell } from "./index.ts";

/** cmd, as far as it matters here: it knows PowerShell, and neither `chmod` nor `rm`. */
async function run(removes: boolean) {
  const host = new FakeHost({ files: { "a.cmd": "@echo hi\r\n" } });
  const checked = await shell.prepare(
    {
      script: "a.cmd",
      binary: true,
      remote_path: "C:/Windows/Temp/a.cmd",
      execute_command: "cmd /c {{.Path}}",
      remote_folder: "/tmp",
      valid_exit_codes: [0],
      use_env_var_file: false,
      start_retry_timeout: 1_000,
      expect_disconnect: false,
      skip_clean: false,
    },
    fakePrepareContext({ host }),
  );
  if (!checked.ok) throw new Error("refused");
  const commands: string[] = [];
  const communicator = new FakeCommunicator({
    kind: "winrm",
    onExec: ({ command }) => {
      commands.push(command);
      const [program = ""] = command.split(" ");
      if (program === "cmd") return { stdout: "hi\r\n" };
      if (program === "powershell") return { exit: removes ? 0 : 1 };
      return { exit: 1, stderr: `'${program}' is not recognized as an internal or external command,\r\n` };
    },
  });
  communicator.upload = async (_, path) => void commands.push(`upload ${path}`);
  const fake = new FakeRun({ host });
  const ctx = Object.assign(fake, { machine: { communicator, facts: {} } }) as unknown as ProvisionContext;
  const message = await checked.value.run(ctx).then(
    () => "",
    (thrown: unknown) => (thrown instanceof Error ? thrown.message : String(thrown)),
  );
  return { commands, lines: fake.ui.lines, message };
}

it("runs and removes a script on Windows", async () => {
  const { commands, lines, message } = await run(true);
  expect(message).toBe("");
  expect(lines).toEqual(["==> Provisioning with shell script: a.cmd", "    hi"]);
  expect(commands.slice(0, 4)).toEqual([
    "upload C:/Windows/Temp/a.cmd",
    "chmod 0755 C:/Windows/Temp/a.cmd",
    "cmd /c C:/Windows/Temp/a.cmd",
    "rm -f C:/Windows/Temp/a.cmd",
  ]);
  expect(Buffer.from(commands[4]?.split(" ").at(-1) ?? "", "base64").toString("utf16le")).toBe(
    "$ErrorActionPreference = 'Stop'; Remove-Item -Force -LiteralPath 'C:/Windows/Temp/a.cmd'",
  );
});

it("says so when the script stays there", async () => {
  expect((await run(false)).message).toBe("Error removing temporary script at C:/Windows/Temp/a.cmd!");
});
