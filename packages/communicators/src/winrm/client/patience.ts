import { ConnectError } from "@kiln/sdk";
import { UntrustedCertificate } from "./tls-problem.ts";

/**
 * How long to wait before the next attempt, and when to give up before the time is over. A machine that is not there yet is asked often at
 * first. Refused logins come slower: bootstrap scripts set the password and switch on basic authentication after the service has started,
 * and Windows locks accounts after too many wrong ones.
 */
export class Patience {
  #quick = 0;
  #refused = 0;
  #untrusted = 0;

  get refusals(): number {
    return this.#refused;
  }

  /** Milliseconds; undefined where there is no use in going on. */
  after(error: unknown): number | undefined {
    if (error instanceof ConnectError && error.code === "connect/authentication") {
      return refusedDelays[this.#refused++];
    }
    // A certificate may be replaced while the machine is set up, but hardly one that was refused for a while.
    if (error instanceof UntrustedCertificate) return untrustedDelays[this.#untrusted++];
    return Math.min(5000, Math.round(100 * 1.5 ** this.#quick++));
  }

  /** Milliseconds to wait for a TCP connection: short at first, since a packet lost while the machine boots is repeated late. */
  dialTimeout(attempt: number): number {
    return Math.min(15_000, 3000 * 2 ** Math.floor((attempt - 1) / 2));
  }
}

/** Twenty logins in some nine minutes. */
const refusedDelays = [500, 1000, 2000, 4000, 8000, 15_000, ...Array.from({ length: 13 }, () => 40_000)];
const untrustedDelays = [1000, 2000, 4000, 8000];
