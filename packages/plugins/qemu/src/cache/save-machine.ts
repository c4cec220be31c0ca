import { type BuildContext, type Checkpoint, type CheckpointPlace, type KeyPair, StepError } from "@kiln/sdk";
import { absolute } from "../resources/output-directory.ts";
import type { Settings } from "../settings.ts";
import type { RunningMachine } from "../steps/run-machine.ts";
import { goOn, writeState, writtenFiles } from "./migration.ts";
import { efiVarsOf, stateFiles, storeDisks, storeKey } from "./state-files.ts";

/** Stops the machine for a moment, stores its memory, devices and disks, and lets it go on. */
export async function saveMachine(
  ctx: BuildContext,
  settings: Settings,
  machine: RunningMachine,
  key: KeyPair | undefined,
  { directory, signal }: CheckpointPlace,
): Promise<Checkpoint> {
  const { qmp } = machine;
  await refuseOtherDisks(ctx, settings, machine, signal);
  await qmp.execute("stop", {}, signal);
  try {
    await writeState(qmp, stateFiles(directory).machine, ctx.host.clock, signal);
    await storeDisks(ctx, settings, directory);
  } finally {
    if (!machine.gone.aborted) await goOn(qmp, machine.gone);
  }
  if (key) await storeKey(ctx, key, directory);
  return { ref: { disks: settings.disks.length } };
}

/** `qemuargs` may give the machine disks that nobody here knows of: without them its state would be half a state. */
async function refuseOtherDisks(
  { host }: BuildContext,
  settings: Settings,
  { qmp }: RunningMachine,
  signal: AbortSignal,
): Promise<void> {
  const known = new Set([...settings.disks, efiVarsOf(settings) ?? ""].map((path) => absolute(path, host)));
  const others = (await writtenFiles(qmp, signal)).filter((path) => !known.has(absolute(path, host)));
  if (others.length === 0) return;
  throw new StepError(`the machine writes to ${others.join(", ")}, which the builder did not make`, {
    code: "qemu/other-disks",
  });
}
