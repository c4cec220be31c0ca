import { StepError } from "@kiln/sdk";
import { ask, describeAnswer, show, type Waiting } from "./ask.ts";
import { abortCommand, probeCommand } from "./commands.ts";
import type { Sightings } from "./sightings.ts";

/** Between two probes. Source: Packer. */
const pauseMs = 10_000;
/** Shutdown in progress, shutdown already scheduled, not possible now: the restart has not got far yet. */
const stillComing: readonly (number | "disconnected")[] = [1115, 1190, 1717];
/** Tries to take the probe's own restart back. */
const abortTries = 5;

/**
 * Waits until the restart has begun. Windows tells by refusing a second one; when it accepts that, the first is over already, and the
 * second is taken back.
 */
export async function waitUntilGone({ machine, host, ui, signal }: Waiting, seen: Sightings): Promise<void> {
  for (;;) {
    const answer = await ask(machine.communicator, probeCommand, signal);
    // Over SSH a machine that shuts down refuses with 1.
    if (answer.exit === "disconnected" || answer.exit === 1) {
      seen.wentAway();
      seen.note(describeAnswer(answer));
      return;
    }
    seen.note(`shutdown answered with ${describeAnswer(answer)}`);
    if (answer.exit === 0) return takeBack({ machine, host, ui, signal }, seen);
    if (stillComing.includes(answer.exit)) show(answer, ui);
    await host.clock.sleep(pauseMs, signal);
  }
}

async function takeBack({ machine, host, signal }: Waiting, seen: Sightings): Promise<void> {
  for (let left = abortTries; ; left--) {
    const answer = await ask(machine.communicator, abortCommand, signal);
    if (answer.exit === 0) return;
    if (answer.exit === "disconnected") {
      seen.wentAway();
      seen.note(describeAnswer(answer));
      return;
    }
    if (left <= 1)
      throw new StepError(
        `The test of whether the machine restarts could not be taken back: \`${abortCommand}\` ended with ${describeAnswer(answer)}. The machine would restart in the middle of the build.`,
        { code: "windows-restart/not-taken-back" },
      );
    await host.clock.sleep(1_000, signal);
  }
}
