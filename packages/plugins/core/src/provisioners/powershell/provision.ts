import { goDuration, type ProvisionContext, StepError, timeOrderedUuid } from "@kiln/sdk";
import { encodedCommand, removeFiles } from "@kiln/sdk/windows";
import { rendered } from "../../script/inline-script.ts";
import { retryFor } from "../../script/retry.ts";
import { scriptFiles } from "../../script/script-source.ts";
import { checkWindowsExit, runOnWindows } from "../../script/windows-run.ts";
import { temporaryFile } from "../../temporary-file/temporary-file.ts";
import type { Config } from "./config.ts";
import { checkElevated, type Delivery, deliveryOf, type Source } from "./delivery.ts";
import type { RemotePaths } from "./remote-paths.ts";

/** How long to try to remove what is left, and the code that says so. Source: Packer. */
const cleanUpMs = 60_000;

/** Where things lie on the machine: chosen once per provisioner, so that a retry overwrites what the last try left. */
export function remotePaths(config: Config, ctx: Pick<ProvisionContext, "host">): RemotePaths {
  return {
    script: config.remote_path || `c:/Windows/Temp/script-${timeOrderedUuid(ctx.host)}.ps1`,
    variables: config.remote_env_var_path || `c:/Windows/Temp/packer-ps-env-vars-${timeOrderedUuid(ctx.host)}.ps1`,
  };
}

/** Runs the scripts one after the other. */
export async function provision(config: Config, paths: RemotePaths, ctx: ProvisionContext): Promise<void> {
  ctx.ui.say("Provisioning with Powershell...");
  if (config.inline) {
    const commands = config.inline.map((command) => rendered(ctx, command, {}, "command"));
    const text = commands.map((line) => `${line}\n`).join("");
    const file = await temporaryFile(ctx, text, { prefix: "packer-powershell-provisioner", mode: 0o600 });
    try {
      await runScript({ file: file.value, commands }, config, paths, ctx);
    } finally {
      await file.release();
    }
  } else {
    for (const file of scriptFiles(config)) await runScript({ file }, config, paths, ctx);
  }
  if (config.pause_after) {
    ctx.ui.say(`Pausing ${goDuration(config.pause_after)} after this provisioner...`);
    await ctx.host.clock.sleep(config.pause_after, ctx.signal);
  }
}

async function runScript(source: Source, config: Config, paths: RemotePaths, ctx: ProvisionContext): Promise<void> {
  ctx.ui.say(`Provisioning with powershell script: ${source.file}`);
  const delivery = await deliveryOf(source, config, paths, ctx);
  let exit: number | "disconnected" = "disconnected";
  // An interrupted run cannot remove what it sent; the end of the build can, on a machine that outlives it.
  ctx.defer(async (signal) => {
    if (ctx.signal.aborted && exit === "disconnected") await removeAll(delivery.mayBeLeft, ctx, signal);
  });
  try {
    const ended = await runOnWindows({ send: delivery.send, startRetryTimeout: config.start_retry_timeout }, ctx);
    exit = ended.exit;
    if (delivery.elevatedUser !== undefined) checkElevated(exit, delivery.elevatedUser);
    checkWindowsExit(ended, config.valid_exit_codes, ctx);
  } catch (error) {
    // The machine is still there: it shall not keep what it was sent, the script or the password of an elevated run.
    if (exit !== "disconnected") await cleanUp(delivery, exit, 0, ctx);
    throw error;
  }
  await cleanUp(delivery, exit, cleanUpMs, ctx);
}

/** A file left behind fails no build, but is said: it would be part of the image. */
async function cleanUp(
  { left, mayBeLeft }: Delivery,
  exit: number | "disconnected",
  retryMs: number,
  ctx: ProvisionContext,
): Promise<void> {
  const { host, signal } = ctx;
  const paths = exit === 0 ? left : mayBeLeft;
  try {
    await retryFor(retryMs, { clock: host.clock, signal }, () => removeAll(paths, ctx, signal));
  } catch {
    signal.throwIfAborted();
    ctx.ui.error(`Could not remove ${paths.join(", ")} from the machine.`);
  }
}

async function removeAll(paths: readonly string[], { machine }: ProvisionContext, signal: AbortSignal): Promise<void> {
  if (paths.length === 0) return;
  const script = `${removeFiles(paths)}; exit 0`;
  const command = `powershell -executionpolicy bypass -encodedcommand ${encodedCommand(script)}`;
  const { exit } = await machine.communicator.exec(command, { signal });
  if (exit !== 0) throw new StepError(`${paths.join(", ")} could not be removed`, { code: "script/not-removed" });
}
