import { type ProvisionContext, StepError, showOutput } from "@kiln/sdk";
import type { Config } from "./config.ts";
import { deadlineIn } from "./deadline.ts";
import { Sightings } from "./sightings.ts";
import { waitUntilBack } from "./wait-until-back.ts";
import { waitUntilGone } from "./wait-until-gone.ts";

/** 1115: a shutdown is in progress; 1190: one has been scheduled already. */
const restartIsComing: readonly number[] = [0, 1115, 1190];

/** Restarts the machine and waits until it is there again. */
export async function provision(config: Config, ctx: ProvisionContext): Promise<void> {
  const { ui, host, machine } = ctx;
  ui.say("Restarting Machine");
  await restart(config.restart_command, ctx);
  ui.say("Waiting for machine to restart...");
  const seen = new Sightings();
  using deadline = deadlineIn(config.restart_timeout, host.clock, ctx.signal);
  const waiting = { ui, host, machine, signal: deadline.signal };
  try {
    await waitUntilGone(waiting, seen);
    await waitUntilBack(config, waiting, seen);
  } catch (error) {
    if (ctx.signal.aborted || !deadline.passed) throw error;
    throw new StepError(`Timeout waiting for machine to restart. ${seen.summary(config.restart_timeout)}`, {
      code: "windows-restart/timeout",
    });
  }
  ui.say("Machine successfully restarted, moving on");
}

async function restart(command: string, { machine, ui, signal }: ProvisionContext): Promise<void> {
  const output = showOutput(ui);
  try {
    const { exit } = await machine.communicator.exec(command, { signal, onOutput: output.onOutput });
    // Gone before it could answer: what was wanted.
    if (exit === "disconnected" || restartIsComing.includes(exit)) return;
    throw new StepError(`Restart script exited with non-zero exit status: ${exit}`, {
      code: "windows-restart/not-restarted",
    });
  } finally {
    output.end();
  }
}
