import { setTimeout as wait } from "node:timers/promises";

/** Time as the local cloud sees it; tests pass a virtual one. */
export interface CloudClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Resolves after that many milliseconds; rejects when the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: CloudClock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (ms > 0) await wait(ms, undefined, { signal });
  },
};
