/** Bytes between one that brings and one that takes; the first waits while much is waiting. */
export class PieceQueue {
  readonly #most: number;
  #pieces: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void)[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(bytes: Uint8Array): void {
    if (this.#ended || bytes.length === 0) return;
    this.#pieces.push(bytes);
    this.#size += bytes.length;
    this.#changed();
  }

  /** Undefined while there is room for more; otherwise resolves when there is, or nobody takes any more. */
  room(): Promise<void> | undefined {
    return this.#isFull() ? this.#emptier() : undefined;
  }

  #isFull(): boolean {
    return this.#size > this.#most && !this.#ended;
  }
  async #emptier(): Promise<void> {
    while (this.#isFull()) await this.#change();
  }

  /** What is there can still be taken. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  async next(): Promise<Uint8Array | undefined> {
    while (this.#pieces.length === 0 && !this.#ended) await this.#change();
    const piece = this.#pieces.shift();
    if (piece) this.#size -= piece.length;
    this.#changed();
    return piece;
  }

  async *all(): AsyncGenerator<Uint8Array> {
    for (let piece = await this.next(); piece; piece = await this.next()) yield piece;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }
  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
