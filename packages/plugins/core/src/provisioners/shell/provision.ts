import {
  type Communicator,
  goDuration,
  messageOf,
  type OutputChunk,
  type ProvisionContext,
  StepError,
  showOutput,
} from "@kiln/sdk";
import { encodedCommand, powershellLiteral } from "@kiln/sdk/windows";
import { environmentOf } from "../../script/environment.ts";
import { environmentText } from "../../script/environment-text.ts";
import { checkExitCode } from "../../script/exit-codes.ts";
import { inlineScript, rendered } from "../../script/inline-script.ts";
import { retryFor } from "../../script/retry.ts";
import { scriptFiles } from "../../script/script-source.ts";
import { unixLines } from "../../script/unix-lines.ts";
import { randomBelow } from "../../temporary-file/random-number.ts";
import { temporaryPath } from "../../temporary-file/temporary-file.ts";
import type { Config } from "./config.ts";
import { mayRunInOneExec, runInOneExec } from "./run-in-one-exec.ts";
import { remoteWord, runStepByStep } from "./run-step-by-step.ts";
import { type MachineAccess, type ScriptEnd, type ScriptRun, StartError } from "./script-run.ts";

const defaultCommand = "chmod +x {{.Path}}; {{.Vars}} {{.Path}}";
const defaultCommandWithEnvFile = "chmod +x {{.Path}}; . {{.EnvVarFile}} && {{.Path}}";

/** Machines found to have no POSIX shell, or to give a terminal: no use asking them again. */
const stepByStepOnly = new WeakSet<Communicator>();

/** Where things lie on the machine: chosen once per provisioner, so that a retry overwrites what the last try left. */
export interface RemotePaths {
  readonly script: string;
  readonly envFile: string;
}

export function remotePaths(config: Config, ctx: Pick<ProvisionContext, "host">): RemotePaths {
  const file = config.remote_file || `script_${randomBelow(ctx.host, 9999)}.sh`;
  return {
    script: config.remote_path || `${config.remote_folder}/${file}`,
    envFile: `${config.remote_folder}/varfile_${randomBelow(ctx.host, 9999)}.sh`,
  };
}

/** The command that runs a script, not rendered yet. */
export function commandTemplate(config: Config): string {
  return config.execute_command || (config.use_env_var_file ? defaultCommandWithEnvFile : defaultCommand);
}

/** Runs the scripts one after the other. */
export async function provision(config: Config, paths: RemotePaths, ctx: ProvisionContext): Promise<void> {
  if (config.inline) {
    const text = inlineScript(ctx, config.inline, {
      shebang: config.inline_shebang || "/bin/sh -e",
      always: Boolean(config.inline_shebang),
    });
    // Nobody but us would read the file that Packer writes here: making, journaling and removing it costs more than running it.
    const path = temporaryPath(ctx.host, { prefix: "packer-shell" });
    await runScripts([{ path, read: () => once(Buffer.from(text)) }], config, paths, ctx);
  } else {
    const files = scriptFiles(config).map((path) => ({ path, read: () => ctx.host.files.read(path) }));
    await runScripts(files, config, paths, ctx);
  }
  if (config.pause_after) {
    ctx.ui.say(`Pausing ${goDuration(config.pause_after)} after this provisioner...`);
    await ctx.host.clock.sleep(config.pause_after, ctx.signal);
  }
}

/** A script by the name that is shown. */
interface Script {
  readonly path: string;
  read(): AsyncIterable<Uint8Array>;
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function runScripts(
  scripts: readonly Script[],
  config: Config,
  paths: RemotePaths,
  ctx: ProvisionContext,
): Promise<void> {
  const variables = environmentOf(config, ctx);
  const format = config.env_var_format || (config.use_env_var_file ? "export %s='%s'\n" : "%s='%s' ");
  const text = environmentText(variables, format);
  const command = rendered(
    ctx,
    commandTemplate(config),
    { Vars: text, Path: paths.script, EnvVarFile: config.use_env_var_file ? paths.envFile : "" },
    "command",
  );
  for (const [i, script] of scripts.entries()) {
    ctx.ui.say(`Provisioning with shell script: ${script.path}`);
    const content = (): AsyncIterable<Uint8Array> => (config.binary ? script.read() : unixLines(script.read()));
    await runScript(
      {
        content,
        size: await lengthOf(content()),
        remotePath: paths.script,
        ...(config.use_env_var_file && { envFile: { path: paths.envFile, content: Buffer.from(text) } }),
        command,
        cleanAfter: config.skip_clean ? [] : config.valid_exit_codes,
        removeEnvFile: i === scripts.length - 1,
      },
      config,
      ctx,
    );
  }
}

async function lengthOf(content: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0;
  for await (const chunk of content) length += chunk.length;
  return length;
}

async function runScript(run: ScriptRun, config: Config, ctx: ProvisionContext): Promise<void> {
  const { host, signal, ui } = ctx;
  const { communicator } = ctx.machine;
  const within = { clock: host.clock, signal };
  const output = showOutput(ui);
  const access: MachineAccess = { communicator, signal, onOutput: output.onOutput };
  let end: ScriptEnd;
  try {
    end = await retryFor(
      config.start_retry_timeout,
      { ...within, isFinal: (error) => !(error instanceof StartError), onRetry: tellOnce(config, ctx) },
      () => start(run, access, ctx),
    );
  } finally {
    output.end();
  }
  if (end.exit === "disconnected") {
    if (!config.expect_disconnect)
      throw new StepError(
        'Script disconnected unexpectedly. If the script is meant to end the connection, for example by a restart, add "expect_disconnect": true to the shell provisioner.',
        { code: "script/disconnected" },
      );
  } else checkExitCode(end.exit, config.valid_exit_codes);
  if (config.skip_clean || end.cleaned) return;
  const left = [run.remotePath, ...(run.envFile && run.removeEnvFile ? [run.envFile.path] : [])];
  // After an expected disconnect this also waits for the machine to come back.
  for (const path of left) await retryFor(config.start_retry_timeout, within, () => remove(path, communicator, signal));
}

/** Packer keeps still for as long as it tries, by default five minutes: say why nothing happens, but not again for the same reason. */
function tellOnce(config: Config, { ui }: ProvisionContext): (error: unknown) => void {
  let told = "";
  return (error) => {
    const text = messageOf(error);
    if (text === told) return;
    told = text;
    ui.error(`${text}; trying for up to ${goDuration(config.start_retry_timeout)}`);
  };
}

async function start(run: ScriptRun, access: MachineAccess, ctx: ProvisionContext): Promise<ScriptEnd> {
  const { communicator } = access;
  if (mayRunInOneExec(run, access) && !stepByStepOnly.has(communicator)) {
    const token = `kiln-${Buffer.from(ctx.host.random.bytes(16)).toString("hex")}`;
    const end = await runInOneExec(run, access, token);
    if (end) return end;
    stepByStepOnly.add(communicator);
  }
  return runStepByStep(run, access);
}

async function remove(path: string, communicator: Communicator, signal: AbortSignal): Promise<void> {
  let said = "";
  const onOutput = ({ bytes }: OutputChunk): void => void (said += Buffer.from(bytes).toString());
  const { exit } = await communicator.exec(`rm -f ${remoteWord(path)}`, { signal, onOutput });
  if (exit === 0) return;
  // A Windows machine whose script was run by an execute_command of the template's.
  if (/\brm\b.*is not recognized/s.test(said) && (await removedByPowershell(path, communicator, signal))) return;
  throw new StepError(`Error removing temporary script at ${path}!`, { code: "script/not-removed" });
}

async function removedByPowershell(path: string, communicator: Communicator, signal: AbortSignal): Promise<boolean> {
  const script = `$ErrorActionPreference = 'Stop'; Remove-Item -Force -LiteralPath ${powershellLiteral(path)}`;
  const { exit } = await communicator.exec(`powershell -encodedcommand ${encodedCommand(script)}`, { signal });
  return exit === 0;
}
