import type { Clock } from "@kiln/sdk";

/** A time limit for everything that runs under its signal. Dispose it. */
export interface Deadline extends Disposable {
  /** Aborts when the time is over, or with the signal above it. */
  readonly signal: AbortSignal;
  readonly passed: boolean;
}

export function deadlineIn(ms: number, clock: Clock, above: AbortSignal): Deadline {
  const expired = new AbortController();
  const stop = new AbortController();
  clock.sleep(ms, AbortSignal.any([above, stop.signal])).then(
    () => expired.abort(new Error("timeout")),
    () => {},
  );
  return {
    signal: AbortSignal.any([above, expired.signal]),
    get passed() {
      return expired.signal.aborted;
    },
    [Symbol.dispose]: () => stop.abort(),
  };
}
