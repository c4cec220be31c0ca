import { crc32 } from "node:zlib";
import type { BlockPool } from "./block-pool.ts";
import { deflateEnd, deflatePiece } from "./deflate-blocks.ts";
import { workOnPieces } from "./work-on-pieces.ts";

/** How to compress: the level (default where absent), the pieces in work at once, and the memory to read into. */
export interface Effort {
  readonly level: number | undefined;
  readonly atOnce: number;
  readonly pool: BlockPool;
}

/** One gzip member whose blocks were deflated side by side. */
export async function* gzipped(source: AsyncIterable<Uint8Array>, effort: Effort): AsyncGenerator<Uint8Array> {
  const sum = new Sum();
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  yield* deflated(source, effort, sum);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sum.crc, 0);
  trailer.writeUInt32LE(sum.size % 2 ** 32, 4);
  yield trailer;
}

/** A complete raw deflate stream; what went in is added to `sum`. */
export async function* deflated(
  source: AsyncIterable<Uint8Array>,
  effort: Effort,
  sum: Sum,
): AsyncGenerator<Uint8Array> {
  yield* workOnPieces(source, effort.pool, effort.atOnce, (block) => {
    sum.add(block);
    return deflatePiece(block, effort.level);
  });
  yield deflateEnd;
}

/** CRC-32 and length of bytes that pass by. */
export class Sum {
  crc = 0;
  size = 0;
  add(bytes: Uint8Array): void {
    this.crc = crc32(bytes, this.crc);
    this.size += bytes.length;
  }
}
