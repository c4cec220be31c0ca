import { readSync, writeSync } from "node:fs";

const chunk = 256 * 1024;

/**
 * Standard input and output of a process that serves one session, read and written synchronously: the process has nothing
 * else to do while it waits, and blocking is the flow control.
 */
export class Wire {
  private readonly buffer = Buffer.allocUnsafe(chunk);
  private from = 0;
  private to = 0;

  /** Exactly `length` bytes, or undefined when the peer ended first. */
  exactly(length: number): Buffer | undefined {
    const out = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      const some = this.some(length - at);
      if (!some) return undefined;
      at += some.copy(out, at);
    }
    return out;
  }

  /** Between 1 and `most` bytes, valid until the next call; undefined at the end. */
  some(most: number): Buffer | undefined {
    if (this.from === this.to) {
      this.from = 0;
      this.to = readSync(0, this.buffer, 0, chunk, null);
      if (this.to === 0) return undefined;
    }
    const until = Math.min(this.to, this.from + most);
    const some = this.buffer.subarray(this.from, until);
    this.from = until;
    return some;
  }

  /** A line without its newline; undefined at the end. */
  line(): string | undefined {
    const bytes: number[] = [];
    for (let byte = this.some(1)?.[0]; byte !== 10; byte = this.some(1)?.[0]) {
      if (byte === undefined) return undefined;
      bytes.push(byte);
    }
    return Buffer.from(bytes).toString("utf8");
  }

  send(data: Buffer): void {
    for (let at = 0; at < data.length; ) at += writeSync(1, data, at);
  }
}
