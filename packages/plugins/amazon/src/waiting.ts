import { type Host, StepError } from "@kiln/sdk";
import type { AccessConfig } from "./options/access.ts";

/** How long to wait for AWS and how often to look, as `aws_polling` or the environment say. Milliseconds. */
export interface Polling {
  /** Absent: the default of what is waited for. */
  readonly timeoutMs?: number;
  readonly delayMs?: number;
}
const defaultDelayMs = 2_000;

function positive(text: string | undefined): number | undefined {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value > 0 ? value : undefined;
}

/** The option beats the environment; AWS_MAX_ATTEMPTS beats AWS_TIMEOUT_SECONDS; the total is attempts times delay. */
export function pollingOf(config: Pick<AccessConfig, "aws_polling">, env: Host["env"]): Polling {
  const delaySeconds = config.aws_polling?.delay_seconds || positive(env.AWS_POLL_DELAY_SECONDS);
  const attempts = config.aws_polling?.max_attempts || positive(env.AWS_MAX_ATTEMPTS);
  const delayMs = delaySeconds === undefined ? undefined : delaySeconds * 1000;
  const timeoutSeconds = positive(env.AWS_TIMEOUT_SECONDS);
  const timeoutMs = attempts ? attempts * (delayMs ?? defaultDelayMs) : timeoutSeconds && timeoutSeconds * 1000;
  return { ...(timeoutMs !== undefined && { timeoutMs }), ...(delayMs !== undefined && { delayMs }) };
}

export interface Wait<T> {
  /** What is waited for, as the failure says it: `instance i-1 to become running`. */
  readonly what: string;
  readonly timeoutMs: number;
  /** Smallest pause once the first quick looks are over. */
  readonly minDelayMs?: number;
  /** The result, or undefined to go on waiting. Throws to give up. */
  look(): Promise<T | undefined>;
}

/**
 * Looks at once and soon again, since local endpoints and small things are quick; then at the configured pace. The waiters of the
 * SDK neither take a clock nor look early.
 */
export async function waitFor<T>(
  host: Pick<Host, "clock">,
  polling: Polling,
  wait: Wait<T>,
  signal: AbortSignal,
): Promise<T> {
  const { clock } = host;
  const timeoutMs = polling.timeoutMs ?? wait.timeoutMs;
  const started = clock.monotonic();
  const pace = Math.max(polling.delayMs ?? defaultDelayMs, wait.minDelayMs ?? 0);
  const early = [250, 500, 1000].filter((ms) => ms < pace);
  for (;;) {
    const found = await wait.look();
    if (found !== undefined) return found;
    const left = timeoutMs - (clock.monotonic() - started);
    if (left <= 0) {
      throw new StepError(`Timeout after ${timeoutMs / 1000} s waiting for ${wait.what}`, {
        code: "amazon/wait-timeout",
      });
    }
    await clock.sleep(Math.min(early.shift() ?? pace, left), signal);
  }
}
