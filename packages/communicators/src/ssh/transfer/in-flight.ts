/** Keeps up to `limit` pieces of work going; the first failure stops further ones and comes out of `add` and `drained`. */
export class InFlight {
  readonly #limit: number;
  readonly #going = new Set<Promise<void>>();
  #failure: { readonly error: unknown } | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts the work as soon as there is room; rejects where earlier work failed. */
  async add(work: () => Promise<unknown>): Promise<void> {
    while (this.#going.size >= this.#limit) await Promise.race(this.#going);
    if (this.#failure) throw this.#failure.error;
    const going = work().then(
      () => void this.#going.delete(going),
      (error: unknown) => {
        this.#going.delete(going);
        this.#failure ??= { error };
      },
    );
    this.#going.add(going);
  }

  /** Waits for all of it. */
  async drained(): Promise<void> {
    while (this.#going.size > 0) await Promise.all(this.#going);
    if (this.#failure) throw this.#failure.error;
  }
}
