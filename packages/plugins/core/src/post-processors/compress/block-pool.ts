export const blockSize = 1024 * 1024;

/** Memory for blocks, used again and again: fresh memory for gigabytes keeps the garbage collector busy. */
export class BlockPool {
  readonly #free: Buffer[] = [];
  readonly #own = new WeakSet<ArrayBufferLike>();

  readonly take = (): Buffer => {
    const again = this.#free.pop();
    if (again) return again;
    const block = Buffer.allocUnsafeSlow(blockSize);
    this.#own.add(block.buffer);
    return block;
  };

  /** Takes a block back, or part of one; memory that is not from here is left alone. */
  give(bytes: Uint8Array): void {
    if (this.#own.has(bytes.buffer)) this.#free.push(Buffer.from(bytes.buffer));
  }
}
