import { type BuildContext, type CacheHit, type Communicator, messageOf } from "@kiln/sdk";
import type { Settings } from "../settings.ts";
import { type RunningMachine, type RunRequest, runMachine } from "../steps/run-machine.ts";
import { readState } from "./migration.ts";
import { restoreDisks, stateFiles } from "./state-files.ts";

/** The machine as it was when its state was stored. Undefined where it cannot be had; then the state is gone too. */
export async function resumeMachine(
  ctx: BuildContext,
  settings: Settings,
  hit: CacheHit,
  request: RunRequest,
): Promise<RunningMachine | undefined> {
  let machine: RunningMachine | undefined;
  try {
    ctx.ui.message("The machine goes on from its stored state, without booting.");
    await restoreDisks(ctx, settings, hit.directory);
    machine = await runMachine(ctx, settings, { ...request, more: ["-incoming", "defer"] });
    await readState(machine.qmp, stateFiles(hit.directory).machine, ctx.host.clock, ctx.signal);
    return machine;
  } catch (error) {
    ctx.signal.throwIfAborted();
    await machine?.stop();
    await hit.discard(messageOf(error));
    return undefined;
  }
}

/** A machine that slept does not know how long, and two that woke from one state would draw the same random numbers. */
export async function wake(ctx: BuildContext, settings: Settings, communicator: Communicator): Promise<void> {
  if (settings.communicator !== "ssh") return;
  const { host, signal } = ctx;
  const seed = [...host.random.bytes(32)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const now = Math.round(host.clock.now().getTime() / 1000);
  const set = `date -u -s @${now}`;
  await communicator.exec(`echo ${seed} >/dev/urandom; (${set} || sudo -n ${set}) >/dev/null 2>&1`, { signal });
}
