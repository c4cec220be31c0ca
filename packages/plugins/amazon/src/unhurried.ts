import type { Clock } from "@kiln/sdk";

const graceMs = 10_000;

/**
 * For calls that make something: an interrupt lets the call in flight come back for a while, so that what it made is known and can be
 * undone, instead of being looked for. `body` gets the signal that ends the call itself.
 */
export async function unhurried<T>(
  clock: Clock,
  work: AbortSignal,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  const onAbort = (): void => {
    clock.sleep(graceMs, over.signal).then(
      () => late.abort(work.reason),
      () => {},
    );
  };
  work.addEventListener("abort", onAbort, { once: true });
  try {
    return await body(late.signal);
  } finally {
    over.abort();
    work.removeEventListener("abort", onAbort);
  }
}
