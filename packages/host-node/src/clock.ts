import { setTimeout as delay } from "node:timers/promises";
import type { Clock } from "@kiln/sdk";

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  monotonic: () => performance.now(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted();
    try {
      await delay(Math.max(0, ms), undefined, { signal });
    } catch (error) {
      // The timer rejects with its own AbortError; callers want the reason of the one who aborted.
      signal.throwIfAborted();
      throw error;
    }
  },
};
