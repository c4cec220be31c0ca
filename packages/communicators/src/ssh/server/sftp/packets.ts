import { Buffer } from "node:buffer";
import type { WireReader } from "../../wire.ts";
import type { Attributes, Entry } from "../files/machine-files.ts";
import { longName } from "./long-name.ts";

/** Packet types of SFTP version 3 (draft-ietf-secsh-filexfer-02 §3), which is what OpenSSH speaks. */
export const packet = {
  init: 1, version: 2, open: 3, close: 4, read: 5, write: 6, lstat: 7, fstat: 8, setstat: 9, fsetstat: 10,
  opendir: 11, readdir: 12, remove: 13, mkdir: 14, rmdir: 15, realpath: 16, stat: 17, rename: 18, readlink: 19,
  symlink: 20, status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 200, extendedReply: 201,
} as const; // biome-ignore format: a table of numbers

/** Status codes of the same draft, §7. */
export const status = { ok: 0, eof: 1, missing: 2, denied: 3, failure: 4, badMessage: 5, unsupported: 8 } as const;

/** Bits of `open` (§6.3). */
export const flag = { read: 1, write: 2, append: 4, create: 8, truncate: 16, exclusive: 32 } as const;

export const uint32 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value >>> 0);
  return bytes;
};
export const uint64 = (value: number): Buffer => {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
};
export const text = (value: string | Uint8Array): Buffer => {
  const bytes = typeof value === "string" ? Buffer.from(value) : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
};

/** A whole packet: its length, its type, its fields. */
export function encode(type: number, ...fields: readonly Uint8Array[]): Buffer {
  const length = fields.reduce((sum, field) => sum + field.length, 1);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(length);
  head.writeUInt8(type, 4);
  return Buffer.concat([head, ...fields]);
}

export function encodeAttributes({ size, owner, mode, times }: Attributes): Buffer {
  const flags = (size === undefined ? 0 : 1) | (owner ? 2 : 0) | (mode === undefined ? 0 : 4) | (times ? 8 : 0);
  return Buffer.concat([
    uint32(flags),
    ...(size === undefined ? [] : [uint64(size)]),
    ...(owner ? [uint32(owner.uid), uint32(owner.gid)] : []),
    ...(mode === undefined ? [] : [uint32(mode)]),
    ...(times ? [uint32(times.accessed), uint32(times.modified)] : []),
  ]);
}

export function decodeAttributes(reader: WireReader): Attributes {
  const flags = reader.number();
  const size = flags & 1 ? Number(reader.long()) : undefined;
  const owner = flags & 2 ? { uid: reader.number(), gid: reader.number() } : undefined;
  const mode = flags & 4 ? reader.number() : undefined;
  const times = flags & 8 ? { accessed: reader.number(), modified: reader.number() } : undefined;
  return {
    ...(size !== undefined && { size }),
    ...(owner && { owner }),
    ...(mode !== undefined && { mode }),
    ...(times && { times }),
  };
}

export function encodeEntry({ name, attributes }: Entry, now: number): Buffer {
  return Buffer.concat([text(name), text(longName(name, attributes, now)), encodeAttributes(attributes)]);
}
