import type { Buffer } from "node:buffer";
import type { ServerChannel } from "ssh2";

/** Bytes that may wait here before the client is held back. */
const mostWaiting = 1024 * 1024;

/**
 * What a client sends on a channel. Ends where the client ends it or goes away, never with an error; what one reader has left, or gives
 * back, the next one gets.
 */
export class ChannelInput {
  readonly #channel: ServerChannel;
  #waiting: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #wake: (() => void)[] = [];

  constructor(channel: ServerChannel) {
    this.#channel = channel;
    channel.on("data", (bytes: Buffer) => {
      this.#waiting.push(bytes);
      this.#size += bytes.length;
      if (this.#size > mostWaiting) channel.pause();
      this.#changed();
    });
    channel.on("end", () => this.end());
    channel.on("close", () => this.end());
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Nothing more will come. */
  end(): void {
    this.#ended = true;
    this.#changed();
  }

  /** Puts bytes back in front. */
  unread(bytes: readonly Uint8Array[]): void {
    this.#waiting.unshift(...bytes);
    for (const piece of bytes) this.#size += piece.length;
  }

  /** The next piece; undefined at the end, or when `until` is aborted first. */
  async next(until?: AbortSignal): Promise<Uint8Array | undefined> {
    for (;;) {
      if (until?.aborted) return undefined;
      const piece = this.#waiting.shift();
      if (piece) {
        this.#size -= piece.length;
        if (this.#size <= mostWaiting) this.#channel.resume();
        return piece;
      }
      if (this.#ended) return undefined;
      await this.#change(until);
    }
  }

  /** All that comes, until the end or until `until` is aborted. */
  async *pieces(until?: AbortSignal): AsyncGenerator<Uint8Array> {
    for (let piece = await this.next(until); piece; piece = await this.next(until)) yield piece;
  }

  #change(until: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        until?.removeEventListener("abort", wake);
        resolve();
      };
      until?.addEventListener("abort", wake);
      this.#wake.push(wake);
    });
  }
  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}
