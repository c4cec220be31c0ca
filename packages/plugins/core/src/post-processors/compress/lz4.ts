import type { Effort } from "./gzip.ts";
import { workOnPieces } from "./work-on-pieces.ts";
import { Xxh32 } from "./xxh32.ts";

/** Independent blocks of at most 4 MiB, and a checksum of the content at the end. Source: the LZ4 frame format. */
const descriptor = Buffer.of(0x64, 0x70);
const storedBit = 0x8000_0000;

/** One LZ4 frame whose blocks were compressed side by side. LZ4 knows no levels here. */
export async function* lz4Framed(source: AsyncIterable<Uint8Array>, effort: Effort): AsyncGenerator<Uint8Array> {
  const { compress } = await import("lz4-napi");
  const check = new Xxh32();
  check.add(descriptor);
  yield Buffer.of(0x04, 0x22, 0x4d, 0x18, ...descriptor, (check.digest() >>> 8) & 0xff);
  const content = new Xxh32();
  yield* workOnPieces(source, effort.pool, effort.atOnce, async (block) => {
    content.add(block);
    // The library puts the length before the block.
    const made = (await compress(block)).subarray(4);
    const smaller = made.length < block.length;
    const body = smaller ? made : block;
    const head = Buffer.alloc(4);
    head.writeUInt32LE(smaller ? body.length : body.length + storedBit);
    return Buffer.concat([head, body]);
  });
  const end = Buffer.alloc(8);
  end.writeUInt32LE(content.digest(), 4);
  yield end;
}
