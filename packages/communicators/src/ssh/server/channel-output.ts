import { Buffer } from "node:buffer";
import type { OutputChunk } from "@kiln/sdk";
import type { ServerChannel } from "ssh2";

/** What ssh2 keeps of a write that waits for the peer's window. */
interface Waiting {
  _chunk?: unknown;
  _chunkcb?: unknown;
  _chunkErr?: unknown;
  _chunkcbErr?: unknown;
}

/** Bytes that may wait here before the machine is held back. */
const mostWaiting = 1024 * 1024;

/**
 * Sends to a client, one write at a time: ssh2 1.17 does not forget a piece that once waited for window space, and sends it again when
 * a later one of the *other* stream has to wait.
 */
export class ChannelOutput {
  readonly #channel: ServerChannel;
  readonly #closed: Promise<void>;
  #last: Promise<void> = Promise.resolve();
  #open = true;
  #waiting = 0;

  constructor(channel: ServerChannel) {
    this.#channel = channel;
    channel.on("error", () => {}); // the close that follows says it all
    channel.stderr.on("error", () => {});
    this.#closed = new Promise((resolve) => channel.once("close", () => resolve()));
    void this.#closed.then(() => {
      this.#open = false;
    });
  }

  /** Resolves when the client has room for more, or is gone. The bytes must not change afterwards. */
  write(bytes: Uint8Array, stream: OutputChunk["stream"] = "stdout"): Promise<void> {
    this.#waiting += bytes.length;
    this.#last = this.#last.then(() => this.#send(bytes, stream));
    return this.#last;
  }

  /** For who writes without waiting: undefined while there is room for more, otherwise what to wait for. */
  readonly room = (): Promise<void> | undefined => (this.#waiting > mostWaiting ? this.#last : undefined);

  /** Ends the session with an exit status, after everything that was written. */
  async finish(status: number): Promise<void> {
    await this.#last;
    if (!this.#open) return;
    this.#channel.exit(status);
    this.#channel.end();
  }

  async #send(bytes: Uint8Array, stream: OutputChunk["stream"]): Promise<void> {
    if (!this.#open || bytes.length === 0) return;
    const to = stream === "stdout" ? this.#channel : this.#channel.stderr;
    const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const sent = new Promise<void>((resolve) => {
      to.write(chunk, () => resolve());
    });
    await Promise.race([sent, this.#closed]);
    const waiting = this.#channel as unknown as Waiting;
    delete waiting._chunk;
    delete waiting._chunkcb;
    delete waiting._chunkErr;
    delete waiting._chunkcbErr;
    this.#waiting -= bytes.length;
  }
}
