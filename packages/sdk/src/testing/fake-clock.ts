import type { Clock } from "../host.ts";

/** A clock that stands still until somebody sleeps: then it jumps. Sleeps end in the order of their time. */
export class FakeClock implements Clock {
  #now: number;
  #elapsed = 0;
  /** Every sleep asked for, in milliseconds. */
  readonly sleeps: number[] = [];

  constructor(start = "2024-03-05T14:07:09.000Z") {
    this.#now = Date.parse(start);
  }
  now(): Date {
    return new Date(this.#now);
  }
  monotonic(): number {
    return this.#elapsed;
  }
  advance(ms: number): void {
    this.#now += ms;
    this.#elapsed += ms;
  }
  async sleep(ms: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    this.sleeps.push(ms);
    await Promise.resolve();
    signal.throwIfAborted();
    this.advance(Math.max(0, ms));
  }
}
