import type { Clock } from "@kiln/sdk";

/** Between two tries. Source: Packer's retry helper. */
const pauseMs = 2_000;

export interface RetryOptions {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Trying again is pointless after this error. */
  readonly isFinal?: (error: unknown) => boolean;
  /** Told of every error that is followed by another try. */
  readonly onRetry?: (error: unknown) => void;
}

/**
 * Runs until it succeeds, `isFinal` says that trying again is pointless, or the total time has passed; then the last error is
 * thrown. At least one try is made.
 */
export async function retryFor<T>(totalMs: number, within: RetryOptions, body: () => Promise<T>): Promise<T> {
  const { clock, signal } = within;
  const start = clock.monotonic();
  for (;;) {
    signal.throwIfAborted();
    try {
      return await body();
    } catch (error) {
      signal.throwIfAborted();
      if (within.isFinal?.(error) || clock.monotonic() - start + pauseMs > totalMs) throw error;
      within.onRetry?.(error);
    }
    await clock.sleep(pauseMs, signal);
  }
}
