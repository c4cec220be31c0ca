import type { Clock } from "@kiln/sdk";

export interface RetryPlan {
  readonly tries: number;
  /** First pause in milliseconds; each further one is twice as long. */
  readonly firstMs: number;
  readonly longestMs: number;
}
/** What Packer does nearly everywhere: 11 tries, 200 ms doubling up to 30 s. */
export const retryA: RetryPlan = { tries: 11, firstMs: 200, longestMs: 30_000 };

/** Tries again while `again` says so of what was thrown. The last failure is thrown as it is. */
export async function retrying<T>(
  clock: Clock,
  signal: AbortSignal,
  plan: RetryPlan,
  again: (thrown: unknown) => boolean,
  body: (attempt: number) => Promise<T>,
): Promise<T> {
  let pause = plan.firstMs;
  for (let attempt = 1; ; attempt++) {
    try {
      return await body(attempt);
    } catch (thrown) {
      if (signal.aborted || attempt >= plan.tries || !again(thrown)) throw thrown;
    }
    await clock.sleep(pause, signal);
    pause = Math.min(pause * 2, plan.longestMs);
  }
}

/** True for AWS errors with one of these codes. */
export function hasCode(...codes: readonly string[]): (thrown: unknown) => boolean {
  return (thrown) => codes.includes(awsCode(thrown) ?? "");
}
/** The code of an AWS error: `InvalidAMIID.NotFound`. */
export function awsCode(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error)) return undefined;
  // The SDK gives $metadata to broken connections too; only answers of AWS say whose fault it is.
  return "$fault" in thrown ? thrown.name : undefined;
}
