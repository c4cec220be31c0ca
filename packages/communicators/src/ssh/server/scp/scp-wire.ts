import { Buffer } from "node:buffer";
import type { ChannelInput } from "../channel-input.ts";
import type { ChannelOutput } from "../channel-output.ts";

const longestLine = 64 * 1024;

/** The client ended, or sent what no scp sends. */
export class ScpBroken extends Error {
  static {
    this.prototype.name = "ScpBroken";
  }
}

/** Lines, bytes of known number and one-byte verdicts: the rcp protocol that scp speaks. */
export class ScpWire {
  readonly #input: ChannelInput;
  readonly #output: ChannelOutput;

  constructor(input: ChannelInput, output: ChannelOutput) {
    this.#input = input;
    this.#output = output;
  }

  /** Without its end; undefined where the client ends. */
  async line(): Promise<string | undefined> {
    const pieces: Uint8Array[] = [];
    let length = 0;
    for (let piece = await this.#input.next(); piece; piece = await this.#input.next()) {
      const at = piece.indexOf(10);
      if (at >= 0) {
        if (at + 1 < piece.length) this.#input.unread([piece.subarray(at + 1)]);
        return Buffer.concat([...pieces, piece.subarray(0, at)]).toString("utf8");
      }
      pieces.push(piece);
      length += piece.length;
      if (length > longestLine) throw new ScpBroken("a line without end");
    }
    return undefined;
  }

  async *take(length: number): AsyncGenerator<Uint8Array> {
    for (let left = length; left > 0; ) {
      const piece = await this.#input.next();
      if (!piece) throw new ScpBroken("the client ended in the middle of a file");
      const taken = piece.subarray(0, left);
      if (taken.length < piece.length) this.#input.unread([piece.subarray(taken.length)]);
      left -= taken.length;
      yield taken;
    }
  }

  /** The client's verdict: whether it goes on. */
  async agreed(): Promise<boolean> {
    for await (const [verdict] of this.take(1)) {
      if (verdict === 0) return true;
      await this.line();
      return verdict === 1;
    }
    return false;
  }

  send(bytes: Uint8Array | string): Promise<void> {
    return this.#output.write(typeof bytes === "string" ? Buffer.from(bytes) : bytes);
  }
  fine(): Promise<void> {
    return this.send("\0");
  }
  complain(message: string): Promise<void> {
    return this.send(`\x01scp: ${message.replaceAll("\n", " ")}\n`);
  }
}
