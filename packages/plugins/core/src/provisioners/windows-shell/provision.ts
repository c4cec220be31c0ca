import { type ProvisionContext, renderedOption } from "@kiln/sdk";
import { environmentOf } from "../../script/environment.ts";
import { environmentText } from "../../script/environment-text.ts";
import { rendered } from "../../script/inline-script.ts";
import { scriptFiles } from "../../script/script-source.ts";
import { checkWindowsExit, runOnWindows, uploadToWindows } from "../../script/windows-run.ts";
import { temporaryFile } from "../../temporary-file/temporary-file.ts";
import type { Config } from "./config.ts";

const executeCommand = {
  option: "execute_command",
  type: "*shell.ExecuteCommandTemplate",
  complaint: "Error processing command",
};

/** Runs the batch files one after the other. Like Packer it leaves the last one on the machine. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  ctx.ui.say("Provisioning with windows-shell...");
  if (!config.inline) {
    for (const file of scriptFiles(config)) await runScript(file, config, ctx);
    return;
  }
  const text = batchText(config.inline.map((command) => rendered(ctx, command, {}, "command")));
  const file = await temporaryFile(ctx, text, { prefix: "packer-windows-shell-provisioner", mode: 0o600 });
  try {
    await runScript(file.value, config, ctx);
  } finally {
    await file.release();
  }
}

/** Lines that end in LF, as at Packer; in CRLF where there are labels, which cmd does not always find in files with LF alone. */
function batchText(commands: readonly string[]): string {
  const text = commands.map((command) => `${command}\n`).join("");
  const hasLabels = /^[ \t]*:|\bgoto\b|\bcall[ \t]+:/im.test(text);
  return hasLabels ? text.replace(/\r?\n/g, "\r\n") : text;
}

async function runScript(file: string, config: Config, ctx: ProvisionContext): Promise<void> {
  const { files } = ctx.host;
  ctx.ui.say(`Provisioning with shell script: ${file}`);
  const Vars = environmentText(environmentOf(config, ctx), config.env_var_format, (value) => value);
  const command = renderedOption(ctx, executeCommand, config.execute_command, { Vars, Path: config.remote_path });
  const size = (await files.stat(file))?.size ?? 0;
  const send = async (): Promise<string> => {
    await uploadToWindows({ path: config.remote_path, size, content: () => files.read(file) }, "script", ctx);
    return command;
  };
  const ended = await runOnWindows({ send, startRetryTimeout: config.start_retry_timeout }, ctx);
  checkWindowsExit(ended, config.valid_exit_codes, ctx);
}
