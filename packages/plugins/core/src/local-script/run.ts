import { isAbsolute, resolve, win32 } from "node:path";
import { messageOf, type RunContext, StepError, showOutput } from "@kiln/sdk";
import { environmentOf } from "../script/environment.ts";
import { checkExitCode } from "../script/exit-codes.ts";
import { inlineScript, rendered } from "../script/inline-script.ts";
import { scriptFiles } from "../script/script-source.ts";
import { temporaryFile } from "../temporary-file/temporary-file.ts";
import { commandLine } from "./command-line.ts";
import { systemName } from "./operating-system.ts";
import type { LocalScriptConfig } from "./options.ts";

/** Runs the scripts on this machine, one after the other, in the directory Kiln was started in. */
export async function runLocalScripts(config: LocalScriptConfig, ctx: RunContext): Promise<void> {
  const onlyOn = config.only_on ?? [];
  if (onlyOn.length > 0 && !onlyOn.includes(systemName(ctx.host.platform))) {
    ctx.ui.say("Skipping shell-local due to runtime OS");
    return;
  }
  const inline = config.command ? [config.command] : config.inline;
  if (!inline || inline.length === 0) {
    for (const script of scriptFiles(config)) await runOne(config, script, ctx);
    return;
  }
  const windows = ctx.host.platform === "win32";
  const text = windows && !config.inline_shebang ? windowsScript(inline, ctx) : unixScript(config, inline, ctx);
  const file = await temporaryFile(ctx, text, {
    prefix: "packer-shell",
    extension: (config.tempfile_extension || (windows ? ".cmd" : "")).replace(/^(?=[^.])/, "."),
    mode: 0o700,
  });
  try {
    await runOne(config, file.value, ctx);
  } finally {
    await file.release();
  }
}

function unixScript(config: LocalScriptConfig, inline: readonly string[], ctx: RunContext): string {
  return inlineScript(ctx, inline, { shebang: config.inline_shebang || "/bin/sh -e", always: true });
}

function windowsScript(inline: readonly string[], ctx: RunContext): string {
  return inline.map((command) => `${rendered(ctx, command, {}, "command")}\n`).join("");
}

async function runOne(config: LocalScriptConfig, path: string, ctx: RunContext): Promise<void> {
  const { host, ui, signal } = ctx;
  ui.say(`Running local shell script: ${path}`);
  const absolute = isAbsolute(path) ? path : resolve(host.cwd, path);
  const script = config.use_linux_pathing ? linuxPath(win32.resolve(host.cwd, path)) : absolute;
  const environment_vars = (config.environment_vars ?? []).map((entry) => rendered(ctx, entry, {}, "environment_vars"));
  const variables = environmentOf({ ...config, environment_vars }, ctx);
  const command = commandLine(config, script, variables, ctx);
  const output = showOutput(ui);
  const child = host.processes.spawn(command.file, command.args, {
    signal,
    cwd: host.cwd,
    env: { ...presentIn(host.env), PACKER_RUN_UUID: ctx.runUuid, ...command.env },
  });
  try {
    for await (const chunk of child.output) output.onOutput(chunk);
    output.end();
    const exit = await child.exit;
    signal.throwIfAborted();
    checkExitCode(exit.by === "code" ? exit.code : -1, config.valid_exit_codes);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof StepError) throw error;
    throw new StepError(
      `Error executing script: ${absolute}\n\n${command.file} could not be started: ${messageOf(error)}`,
      { code: "shell-local/not-started", cause: error },
    );
  }
}

function presentIn(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** `C:\dir\file` as the Windows Subsystem for Linux mounts it: `/mnt/c/dir/file`. */
export function linuxPath(path: string): string {
  const drive = /^([A-Za-z]):[\\/](.*)$/.exec(path);
  if (!drive) return path.replaceAll("\\", "/");
  return `/mnt/${(drive[1] ?? "").toLowerCase()}/${(drive[2] ?? "").replaceAll("\\", "/")}`;
}
