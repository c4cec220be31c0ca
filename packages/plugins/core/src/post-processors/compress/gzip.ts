import { crc32 } from "node:zlib";
import { blockSize, deflateEnd, deflatePiece } from "./deflate-blocks.ts";
import { workOnBlocks } from "./work-on-blocks.ts";

/** How to compress: the level (default where absent) and the blocks in work at once. */
export interface Effort {
  readonly level: number | undefined;
  readonly atOnce: number;
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
  yield* workOnBlocks(source, blockSize, effort.atOnce, (block) => {
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
