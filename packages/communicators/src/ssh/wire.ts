import { Buffer } from "node:buffer";

/** The SSH wire format of RFC 4251 §5: a length-prefixed string. */
export function sshString(value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  const length = Buffer.allocUnsafe(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A non-negative big-endian integer: leading zeros dropped, one kept where the first bit would make it negative. */
export function sshInteger(bytes: Uint8Array): Buffer {
  let from = 0;
  while (from < bytes.length && bytes[from] === 0) from++;
  const bare = bytes.subarray(from);
  const first = bare[0];
  return sshString(first !== undefined && first >= 0x80 ? Buffer.concat([Buffer.of(0), bare]) : bare);
}

export function sshNumber(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Reads fields one after another; throws `RangeError` where the data ends early. */
export class WireReader {
  readonly #data: Buffer;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  }

  get done(): boolean {
    return this.#at >= this.#data.length;
  }
  byte(): number {
    return this.#data.readUInt8(this.#at++);
  }
  number(): number {
    const value = this.#data.readUInt32BE(this.#at);
    this.#at += 4;
    return value;
  }
  long(): bigint {
    const value = this.#data.readBigUInt64BE(this.#at);
    this.#at += 8;
    return value;
  }
  bytes(): Buffer {
    const length = this.number();
    if (this.#at + length > this.#data.length) throw new RangeError("the data ends early");
    this.#at += length;
    return this.#data.subarray(this.#at - length, this.#at);
  }
  text(): string {
    return this.bytes().toString("utf8");
  }
}
