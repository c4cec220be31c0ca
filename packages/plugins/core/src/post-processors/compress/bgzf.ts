import { crc32, deflateRaw } from "node:zlib";
import { deflateEnd, stored } from "./deflate-blocks.ts";
import { defaultDeflateLevel } from "./format.ts";
import type { Effort } from "./gzip.ts";
import { textureOf } from "./texture.ts";
import { workOnPieces } from "./work-on-pieces.ts";

/** Most that may go into one member, so that even stored it stays below 64 KiB. */
const memberSize = 0xff00;
/** The empty member that ends a file. Source: the SAM/BAM format specification. */
const endOfFile = Buffer.from("1f8b08040000000000ff0600424302001b0003000000000000000000", "hex");

/** Blocked gzip: small members that each say their own length, so that a reader can jump. */
export async function* blockGzipped(source: AsyncIterable<Uint8Array>, effort: Effort): AsyncGenerator<Uint8Array> {
  yield* workOnPieces(source, effort.pool, effort.atOnce, async (block) => {
    const members: Promise<Buffer>[] = [];
    for (let at = 0; at < block.length; at += memberSize) {
      members.push(member(block.subarray(at, at + memberSize), effort.level));
    }
    return Buffer.concat(await Promise.all(members));
  });
  yield endOfFile;
}

async function member(bytes: Buffer, level: number | undefined): Promise<Buffer> {
  const body = await deflate(bytes, level);
  const out = Buffer.alloc(18 + body.length + 8);
  out.set([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 0x42, 0x43, 2, 0]);
  out.writeUInt16LE(out.length - 1, 16);
  out.set(body, 18);
  out.writeUInt32LE(crc32(bytes), 18 + body.length);
  out.writeUInt32LE(bytes.length, 22 + body.length);
  return out;
}

async function deflate(bytes: Buffer, level: number | undefined): Promise<Uint8Array> {
  const plain = (): Buffer => Buffer.concat([stored(bytes), deflateEnd]);
  if (textureOf(bytes) === "random") return plain();
  const made = await new Promise<Buffer>((resolve, reject) => {
    deflateRaw(bytes, { level: level ?? defaultDeflateLevel }, (error, result) =>
      error ? reject(error) : resolve(result),
    );
  });
  return made.length < bytes.length ? made : plain();
}
