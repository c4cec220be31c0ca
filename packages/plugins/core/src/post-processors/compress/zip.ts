import type { FileStat, Files } from "@kiln/sdk";
import { deflated, type Effort, Sum } from "./gzip.ts";

/** Sizes from here on do not fit the old fields. Left some room: deflate may make a file longer. */
const largest = 0xffff_0000;
const maxUint32 = 0xffff_ffff;

interface Entry {
  readonly name: Buffer;
  readonly stat: FileStat;
  readonly offset: number;
  readonly crc: number;
  readonly size: number;
  readonly packed: number;
}

/**
 * The files as a zip archive under their paths as given, deflated block by block on all cores: the reason not to use a library, which
 * deflates in one stream. Sizes follow the data; files and archives beyond 4 GiB use the 64-bit fields.
 */
export async function* zipped(paths: readonly string[], files: Files, effort: Effort): AsyncGenerator<Uint8Array> {
  const entries: Entry[] = [];
  let offset = 0;
  for (const path of paths) {
    const stat = await files.stat(path);
    if (!stat) throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: "ENOENT" });
    const name = Buffer.from(path.replaceAll("\\", "/"));
    const head = localHeader(name, stat);
    yield head;
    const sum = new Sum();
    let packed = 0;
    for await (const piece of deflated(files.read(path, { buffer: effort.pool.take }), effort, sum)) {
      packed += piece.length;
      yield piece;
    }
    const tail = descriptor(sum, packed, stat.size >= largest);
    yield tail;
    entries.push({ name, stat, offset, crc: sum.crc, size: sum.size, packed });
    offset += head.length + packed + tail.length;
  }
  const directory = entries.map(centralHeader);
  yield* directory;
  yield endOfDirectory(
    entries.length,
    offset,
    directory.reduce((n, header) => n + header.length, 0),
  );
}

/** Bit 3: sizes follow the data. Bit 11: names are UTF-8. */
const flags = 0x0808;
const deflateMethod = 8;

function localHeader(name: Buffer, stat: FileStat): Buffer {
  const big = stat.size >= largest;
  // An empty 64-bit field announces that the descriptor has 64-bit sizes.
  const extra = big ? extraField(1, Buffer.alloc(16)) : Buffer.alloc(0);
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(big ? 45 : 20, 4);
  head.writeUInt16LE(flags, 6);
  head.writeUInt16LE(deflateMethod, 8);
  head.writeUInt32LE(dosTime(stat.modified), 10);
  if (big) head.writeUInt32LE(maxUint32, 18);
  if (big) head.writeUInt32LE(maxUint32, 22);
  head.writeUInt16LE(name.length, 26);
  head.writeUInt16LE(extra.length, 28);
  return Buffer.concat([head, name, extra]);
}

function descriptor(sum: Sum, packed: number, big: boolean): Buffer {
  const out = Buffer.alloc(big ? 24 : 16);
  out.writeUInt32LE(0x08074b50, 0);
  out.writeUInt32LE(sum.crc, 4);
  if (big) {
    out.writeBigUInt64LE(BigInt(packed), 8);
    out.writeBigUInt64LE(BigInt(sum.size), 16);
  } else {
    out.writeUInt32LE(packed, 8);
    out.writeUInt32LE(sum.size, 12);
  }
  return out;
}

function centralHeader(entry: Entry): Buffer {
  const { name, stat, offset, crc, size, packed } = entry;
  const big: bigint[] = [];
  const field = (value: number): number => {
    if (value < largest) return value;
    big.push(BigInt(value));
    return maxUint32;
  };
  const head = Buffer.alloc(46);
  head.writeUInt32LE(0x02014b50, 0);
  head.writeUInt32LE(crc, 16);
  // The order of the 64-bit values is fixed: size, packed size, offset.
  head.writeUInt32LE(field(size), 24);
  head.writeUInt32LE(field(packed), 20);
  head.writeUInt32LE(field(offset), 42);
  const extra = big.length > 0 ? extraField(1, Buffer.from(new BigUint64Array(big).buffer)) : Buffer.alloc(0);
  // Made on Unix, so that the mode means something.
  head.writeUInt16LE((3 << 8) | 45, 4);
  head.writeUInt16LE(big.length > 0 ? 45 : 20, 6);
  head.writeUInt16LE(flags, 8);
  head.writeUInt16LE(deflateMethod, 10);
  head.writeUInt32LE(dosTime(stat.modified), 12);
  head.writeUInt16LE(name.length, 28);
  head.writeUInt16LE(extra.length, 30);
  head.writeUInt32LE(((0o100000 | (stat.mode & 0o7777)) << 16) >>> 0, 38);
  return Buffer.concat([head, name, extra]);
}

function endOfDirectory(count: number, offset: number, size: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(count, 0xffff), 8);
  end.writeUInt16LE(Math.min(count, 0xffff), 10);
  end.writeUInt32LE(Math.min(size, maxUint32), 12);
  end.writeUInt32LE(Math.min(offset, maxUint32), 16);
  if (count < 0xffff && offset < maxUint32 && size < maxUint32) return end;
  const record = Buffer.alloc(56);
  record.writeUInt32LE(0x06064b50, 0);
  record.writeBigUInt64LE(44n, 4);
  record.writeUInt16LE((3 << 8) | 45, 12);
  record.writeUInt16LE(45, 14);
  record.writeBigUInt64LE(BigInt(count), 24);
  record.writeBigUInt64LE(BigInt(count), 32);
  record.writeBigUInt64LE(BigInt(size), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([record, locator, end]);
}

function extraField(id: number, body: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(id, 0);
  head.writeUInt16LE(body.length, 2);
  return Buffer.concat([head, body]);
}

/** Time in the low half, date in the high half; UTC, two-second steps, not before 1980. */
function dosTime(when: Date): number {
  const year = when.getUTCFullYear();
  if (year < 1980) return (1 << 21) | (1 << 16);
  const date = ((year - 1980) << 9) | ((when.getUTCMonth() + 1) << 5) | when.getUTCDate();
  const time = (when.getUTCHours() << 11) | (when.getUTCMinutes() << 5) | (when.getUTCSeconds() >> 1);
  return ((date << 16) | time) >>> 0;
}
