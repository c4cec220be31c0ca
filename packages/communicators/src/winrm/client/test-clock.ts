import type { Clock } from "@kiln/sdk";

/** Real time in which pauses between attempts are a thousand times shorter, and only the whole waiting time is not. */
export function hastyClock(whole: number): Clock {
  return {
    now: () => new Date(),
    monotonic: () => performance.now(),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms === whole ? ms : ms / 1000);
        signal.addEventListener("abort", () => {
          clearTimeout(timer);
          reject(signal.reason as Error);
        });
      }),
  };
}
