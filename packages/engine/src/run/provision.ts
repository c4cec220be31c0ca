import { CancelledError, goDuration, messageOf, type ProvisionContext, StepError } from "@kiln/sdk";
import type { Planned } from "../plan/plan.ts";

/** Runs one bound provisioner under a signal; made by the build, which knows contexts and scopes. */
export type RunProvisioner = (provisioner: Planned<ProvisionContext, void>, signal: AbortSignal) => Promise<void>;

export interface ProvisionAccess {
  readonly say: (line: string) => void;
  readonly error: (line: string) => void;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
  readonly run: RunProvisioner;
}

/** Pause or timeout, never both: with both set Packer ignores the timeout. */
async function pausedOrTimed(provisioner: Planned<ProvisionContext, void>, access: ProvisionAccess): Promise<void> {
  const { pauseBeforeMs, timeoutMs } = provisioner.meta;
  if (pauseBeforeMs) {
    access.say(`Pausing ${goDuration(pauseBeforeMs)} before the next provisioner...`);
    await access.sleep(pauseBeforeMs, access.signal);
    return access.run(provisioner, access.signal);
  }
  if (!timeoutMs) return access.run(provisioner, access.signal);
  access.say(`Setting a ${goDuration(timeoutMs)} timeout for the next provisioner...`);
  const expired = new AbortController();
  const stop = new AbortController();
  access
    .sleep(timeoutMs, stop.signal)
    .then(() => {
      access.error("Cancelling provisioner after a timeout...");
      expired.abort(
        new CancelledError("cancelled/timeout", `the provisioner did not end within ${goDuration(timeoutMs)}`),
      );
    })
    .catch(() => {});
  try {
    await access.run(provisioner, AbortSignal.any([access.signal, expired.signal]));
  } finally {
    stop.abort();
  }
}

/** All runs that `max_retries` allows; the first failure is the one reported. Whether the first run succeeded. */
async function retried(provisioner: Planned<ProvisionContext, void>, access: ProvisionAccess): Promise<boolean> {
  let left = provisioner.meta.maxRetries ?? 0;
  const limit = left;
  let first: unknown;
  for (;;) {
    try {
      await pausedOrTimed(provisioner, access);
      return first === undefined;
    } catch (error) {
      first ??= error;
      if (access.signal.aborted) throw error;
      if (left <= 0) {
        if (limit > 0) access.error("retry limit reached.");
        throw first;
      }
      access.say(`Provisioner failed with ${JSON.stringify(messageOf(error))}, retrying with ${left} trie(s) left`);
      left--;
    }
  }
}

/** One provisioner with everything the template asks the engine to do around it. Whether it succeeded at the first try. */
export async function provisionOne(
  provisioner: Planned<ProvisionContext, void>,
  access: ProvisionAccess,
): Promise<boolean> {
  try {
    return await retried(provisioner, access);
  } catch (error) {
    if (!provisioner.meta.continueOnError || access.signal.aborted) throw error;
    const reason = JSON.stringify(messageOf(error));
    access.say(`Warning: Provisioner failed with ${reason}, but continue_on_error is set; continuing the build.`);
    return false;
  }
}

/** What the build reports when its error-cleanup provisioner failed too. */
export function cleanupFailure(cleanup: unknown, original: unknown): StepError {
  return new StepError(`Cleanup failed: ${messageOf(cleanup)}. Original Provisioning error: ${messageOf(original)}`, {
    code: "provision/cleanup-failed",
    cause: original,
  });
}
