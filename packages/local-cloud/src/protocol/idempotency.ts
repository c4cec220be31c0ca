import { ApiError } from "./api-error.ts";
import type { WireObject } from "./wire.ts";

interface Remembered {
  readonly fingerprint: string;
  readonly answer: Promise<WireObject>;
}

/** A repeated request with the same client token gets the first one's answer; nothing is made twice. */
export class Idempotency {
  readonly #remembered = new Map<string, Remembered>();

  async once(
    key: string,
    params: readonly (readonly [string, string])[],
    run: () => Promise<WireObject>,
  ): Promise<WireObject> {
    const fingerprint = JSON.stringify(params.toSorted(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#remembered.get(key);
    if (known && known.fingerprint !== fingerprint) {
      throw new ApiError(
        "IdempotentParameterMismatch",
        "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
      );
    }
    if (known) return await known.answer;
    const answer = run();
    this.#remembered.set(key, { fingerprint, answer });
    if (this.#remembered.size > 1000) this.#remembered.delete(this.#remembered.keys().next().value ?? "");
    try {
      return await answer;
    } catch (error) {
      // A refused request made nothing; its token may be used again.
      this.#remembered.delete(key);
      throw error;
    }
  }
}
