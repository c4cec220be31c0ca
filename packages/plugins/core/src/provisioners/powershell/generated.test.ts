import type { ProvisionContext } from "@kiln/sdk";
import { FakeCommunicator, FakeHost, FakeRun, fakePrepareContext } from "@kiln/sdk/testing";
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
const environment_vars = ["VAR1=A$Dollar", "VAR2=A`Backtick", "VAR3=A'SingleQuote", 'VAR4=A"DoubleQuote'];
const inline = ['Write-Host "HELLO $Env:VAR1"', "exit 3"];

/** Everything that is sent to the machine, as one text. */
async function conversation(settings: Partial<Config>): Promise<string> {
  const host = new FakeHost({ files: { "sample_script.ps1": 'Write-Host "VAR1 is:" $Env:VAR1\n' } });
  const result = await powershell.prepare({ ...defaults, ...settings }, fakePrepareContext({ host }));
  if (!result.ok) throw new Error(result.diagnostics.map((d) => d.summary).join("\n"));
  const sent: string[] = [];
  const communicator = new FakeCommunicator({
    kind: "winrm",
    onExec: ({ command }) => {
      sent.push(`> ${command}\n`);
      return { exit: 0 };
    },
  });
  communicator.upload = async (source, path) => {
    const text = Buffer.concat(await Array.fromAsync(source)).toString();
    sent.push(`upload ${path}\n${text.replaceAll("\r\n", "\n")}`);
  };
  const run = new FakeRun({ host });
  const ctx = Object.assign(run, { machine: { communicator, facts: {} } });
  await result.value.run(ctx as unknown as ProvisionContext);
  return sent.join("\n");
}

it.each<readonly [string, Partial<Config>]>([
  ["inline", { inline, environment_vars }],
  ["script", { script: "sample_script.ps1", environment_vars }],
  ["script-kept", { script: "sample_script.ps1", environment_vars, skip_clean: true, debug_mode: 1 }],
  ["script-pwsh", { script: "sample_script.ps1", use_pwsh: true }],
  ["script-elevated", { script: "sample_script.ps1", elevated_user: "Administrator", elevated_password: "it's <&>" }],
  ["inline-elevated-system", { inline, elevated_user: "SYSTEM" }],
  ["script-own-command", { script: "sample_script.ps1", execute_command: "powershell {{.Vars}} {{.Path}}" }],
])("sends exactly this: %s", async (name, settings) => {
  await expect(await conversation(settings)).toMatchFileSnapshot(`../../../test-data/powershell/${name}.txt`);
});
