/** Reads exact numbers of bytes from a stream of chunks of any size. */
export class ByteQueue {
  readonly #input: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(input: AsyncIterable<Uint8Array>) {
    this.#input = input[Symbol.asyncIterator]();
  }

  /** Rejects where the stream ends before. */
  async take(count: number): Promise<Uint8Array> {
    while (this.#held.length < count) {
      const next = await this.#input.next();
      if (next.done) throw new Error(`the connection ended after ${this.#held.length} of ${count} bytes`);
      const joined = new Uint8Array(this.#held.length + next.value.length);
      joined.set(this.#held);
      joined.set(next.value, this.#held.length);
      this.#held = joined;
    }
    const out = this.#held.slice(0, count);
    this.#held = this.#held.subarray(count);
    return out;
  }

  /** Throws away what comes, until the stream ends. */
  async drain(): Promise<void> {
    this.#held = new Uint8Array();
    while (!(await this.#input.next()).done);
  }
}
