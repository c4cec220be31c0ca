import { Buffer } from "node:buffer";
import type { Readable } from "node:stream";

/** Reads a stream in the pieces that a protocol needs: bytes, lines, blocks of known length. */
export class ByteReader {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: Readable) {
    this.#chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async #more(): Promise<boolean> {
    const next = await this.#chunks.next();
    if (next.done) return false;
    this.#rest = this.#rest.length === 0 ? next.value : Buffer.concat([this.#rest, next.value]);
    return true;
  }

  /** Undefined at the end. */
  async byte(): Promise<number | undefined> {
    while (this.#rest.length === 0) if (!(await this.#more())) return undefined;
    const [first] = this.#rest;
    this.#rest = this.#rest.subarray(1);
    return first;
  }

  /** Up to a newline, without it; what is left where the stream ends first. */
  async line(longest = 64 * 1024): Promise<string> {
    for (;;) {
      const at = this.#rest.indexOf(10);
      if (at >= 0 || this.#rest.length > longest) {
        const end = at < 0 ? longest : at;
        const text = this.#rest.subarray(0, end).toString("utf8");
        this.#rest = this.#rest.subarray(end + 1);
        return text;
      }
      if (!(await this.#more())) {
        const text = this.#rest.toString("utf8");
        this.#rest = Buffer.alloc(0);
        return text;
      }
    }
  }

  /** Exactly `length` bytes as they come. The returned value says how many were missing at the end of the stream. */
  async *take(length: number): AsyncGenerator<Buffer, number> {
    let left = length;
    while (left > 0) {
      if (this.#rest.length === 0 && !(await this.#more())) return left;
      const piece = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(piece.length);
      left -= piece.length;
      if (piece.length > 0) yield piece;
    }
    return 0;
  }
}
