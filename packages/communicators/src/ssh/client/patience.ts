import { ConnectError } from "@kiln/sdk";

/**
 * How long to wait before the next attempt. A machine that is not there yet is asked often at first. A refused login waits longer, since
 * the key may be installed after the server starts: ten of them take a minute, as Packer's do.
 */
export class Patience {
  #quick = 0;
  #refused = 0;

  get refusals(): number {
    return this.#refused;
  }

  /** Milliseconds. */
  after(error: unknown): number {
    if (error instanceof ConnectError && error.code === "connect/authentication") {
      return refusedDelays[Math.min(this.#refused++, refusedDelays.length - 1)] ?? 7000;
    }
    return Math.min(5000, Math.round(100 * 1.5 ** this.#quick++));
  }

  /** Milliseconds to wait for a TCP connection: short at first, since a packet lost while the machine boots is repeated late. */
  dialTimeout(attempt: number): number {
    return Math.min(15_000, 3000 * 2 ** Math.floor((attempt - 1) / 2));
  }
}

const refusedDelays = [250, 500, 1000, 2000, 4000, 8000, 12_000, 15_000, 20_000, 7000];
