import type { Stats } from "node:fs";

/** Packet types of the SSH file transfer protocol, version 3 (draft-ietf-secsh-filexfer-02), which is what OpenSSH speaks. */
export const packet = {
  init: 1, version: 2, open: 3, close: 4, read: 5, write: 6, lstat: 7, fstat: 8, setstat: 9, fsetstat: 10,
  opendir: 11, readdir: 12, remove: 13, mkdir: 14, rmdir: 15, realpath: 16, stat: 17, rename: 18, readlink: 19,
  symlink: 20, status: 101, handle: 102, data: 103, name: 104, attrs: 105, extended: 200, extendedReply: 201,
} as const; // biome-ignore format: a table of numbers

export const status = {
  ok: 0,
  eof: 1,
  noSuchFile: 2,
  permissionDenied: 3,
  failure: 4,
  badMessage: 5,
  unsupported: 8,
} as const;

/** A packet that ends before its fields do. */
export class MalformedPacket extends Error {}

/** Reads the fields of one packet in order. Throws past its end: MalformedPacket, or Node's own RangeError. */
export class PacketReader {
  private at = 0;
  private readonly body: Buffer;
  constructor(body: Buffer) {
    this.body = body;
  }
  byte(): number {
    this.at += 1;
    return this.body.readUInt8(this.at - 1);
  }
  uint32(): number {
    this.at += 4;
    return this.body.readUInt32BE(this.at - 4);
  }
  uint64(): number {
    this.at += 8;
    return Number(this.body.readBigUInt64BE(this.at - 8));
  }
  bytes(): Buffer {
    const length = this.uint32();
    if (this.at + length > this.body.length) throw new MalformedPacket("string runs past the end of its packet");
    this.at += length;
    return this.body.subarray(this.at - length, this.at);
  }
  text(): string {
    return this.bytes().toString("utf8");
  }
  attributes(): Attributes {
    const flags = this.uint32();
    const size = flags & 1 ? this.uint64() : undefined;
    const owner = flags & 2 ? { uid: this.uint32(), gid: this.uint32() } : undefined;
    const mode = flags & 4 ? this.uint32() : undefined;
    const times = flags & 8 ? { accessed: this.uint32(), modified: this.uint32() } : undefined;
    return {
      ...(size !== undefined && { size }),
      ...(owner && { owner }),
      ...(mode !== undefined && { mode }),
      ...(times && { times }),
    };
  }
}

/** What a client asks to set; absent fields stay as they are. Times are seconds since 1970. */
export interface Attributes {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  readonly times?: { readonly accessed: number; readonly modified: number };
}

export function uint32(value: number): Buffer {
  const out = Buffer.allocUnsafe(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}

export function uint64(value: number | bigint): Buffer {
  const out = Buffer.allocUnsafe(8);
  out.writeBigUInt64BE(BigInt(value));
  return out;
}

export function string(value: string | Buffer): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A whole packet: length, type, fields. */
export function encode(type: number, ...fields: readonly Buffer[]): Buffer {
  const length = fields.reduce((sum, field) => sum + field.length, 1);
  const head = Buffer.allocUnsafe(5);
  head.writeUInt32BE(length);
  head.writeUInt8(type, 4);
  return Buffer.concat([head, ...fields]);
}

export function attributes(of: Stats): Buffer {
  const flags = uint32(1 | 2 | 4 | 8);
  const seconds = (ms: number): Buffer => uint32(Math.floor(ms / 1000));
  return Buffer.concat([
    flags, uint64(of.size), uint32(of.uid), uint32(of.gid), uint32(of.mode), seconds(of.atimeMs), seconds(of.mtimeMs),
  ]); // biome-ignore format: one line of fields
}

/** The `ls -l` line that version 3 sends along with each directory entry; people read it, programs read the attributes. */
export function longName(name: string, of: Stats): string {
  const kind = of.isDirectory()
    ? "d"
    : of.isSymbolicLink()
      ? "l"
      : of.isFile()
        ? "-"
        : of.isFIFO()
          ? "p"
          : of.isSocket()
            ? "s"
            : "c";
  const bits = "rwxrwxrwx".replaceAll(/./g, (letter, at: number) => (of.mode & (0o400 >> at) ? letter : "-"));
  const month = of.mtime.toLocaleString("en", { month: "short" });
  const day = String(of.mtime.getDate()).padStart(2);
  // As ls: the time of day for half a year, the year for what is older.
  const isRecent = Math.abs(Date.now() - of.mtimeMs) < 182 * 86_400_000;
  const clock = isRecent ? of.mtime.toTimeString().slice(0, 5) : ` ${of.mtime.getFullYear()}`;
  const owner = `${String(of.uid).padEnd(8)} ${String(of.gid).padEnd(8)}`;
  return `${kind}${bits} ${String(of.nlink).padStart(4)} ${owner} ${String(of.size).padStart(8)} ${month} ${day} ${clock} ${name}`;
}
