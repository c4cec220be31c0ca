import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import type { ServerChannel } from "ssh2";

/** What ssh2 keeps of a write that waits for the peer's window. */
interface Waiting {
  _chunk?: unknown;
  _chunkcb?: unknown;
  _chunkErr?: unknown;
  _chunkcbErr?: unknown;
}

/**
 * Carries a command's streams over a channel, one write at a time. ssh2 1.17 does not forget a chunk that once waited for
 * window space: when a later chunk of the *other* stream has to wait, the old one is sent again. So never two at once, and
 * forget by hand.
 */
export class ChannelPump {
  private readonly channel: ServerChannel;
  private readonly closed: Promise<unknown>;
  private last: Promise<unknown> = Promise.resolve();

  constructor(channel: ServerChannel) {
    this.channel = channel;
    this.closed = once(channel, "close");
  }

  /** Carries `from` to the channel's output or error stream until it ends; resolves early when the channel closes. */
  async carry(from: Readable, to: Writable): Promise<void> {
    const stop = (): void => void from.destroy();
    this.channel.once("close", stop);
    try {
      for await (const chunk of from) await this.write(to, chunk as Buffer);
    } catch {
      // The channel closed under the stream, or the stream broke: either way there is nothing more to carry.
    } finally {
      this.channel.removeListener("close", stop);
    }
  }

  private write(to: Writable, chunk: Buffer): Promise<unknown> {
    const turn = this.last.then(() => {
      const written = new Promise<void>((resolve) => {
        to.write(chunk, () => resolve());
      });
      return Promise.race([written, this.closed]);
    });
    this.last = turn.then(() => {
      const waiting = this.channel as unknown as Waiting;
      delete waiting._chunk;
      delete waiting._chunkcb;
      delete waiting._chunkErr;
      delete waiting._chunkcbErr;
    });
    return this.last;
  }
}
