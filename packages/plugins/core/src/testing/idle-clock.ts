import { FakeClock } from "@kiln/sdk/testing";

interface Sleeper {
  readonly until: number;
  readonly wake: () => void;
}

/** A clock that jumps to the next sleeper's time when nothing else is left to do, so that a deadline and a pause can run side by side. */
export class IdleClock extends FakeClock {
  readonly #sleepers = new Set<Sleeper>();

  override sleep(ms: number, signal: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const sleeper = { until: this.monotonic() + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", () => {
        this.#sleepers.delete(sleeper);
        reject(signal.reason);
      });
      setImmediate(() => this.#wakeNext());
    });
  }

  #wakeNext(): void {
    const [next] = [...this.#sleepers].toSorted((a, b) => a.until - b.until);
    if (!next) return;
    this.#sleepers.delete(next);
    this.advance(Math.max(0, next.until - this.monotonic()));
    next.wake();
  }
}
