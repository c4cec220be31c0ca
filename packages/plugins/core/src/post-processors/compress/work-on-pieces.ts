import { type BlockPool, blockSize } from "./block-pool.ts";
import { inOrder } from "./in-order.ts";

/** Pieces from here on are worked on as they come; smaller ones are gathered first. */
const worthIt = 64 * 1024;

/**
 * Works on several pieces of a stream at once, none longer than `blockSize`; results come in order. A result must not share memory
 * with its piece, which goes back to the pool.
 */
export async function* workOnPieces<R>(
  source: AsyncIterable<Uint8Array>,
  pool: BlockPool,
  atOnce: number,
  work: (piece: Buffer) => Promise<R>,
): AsyncGenerator<R> {
  yield* inOrder(piecesOf(source, pool), atOnce, async (piece) => {
    const result = await work(piece);
    pool.give(piece);
    return result;
  });
}

async function* piecesOf(source: AsyncIterable<Uint8Array>, pool: BlockPool): AsyncGenerator<Buffer> {
  let gathered = pool.take();
  let filled = 0;
  for await (const chunk of source) {
    if (chunk.length < worthIt && filled + chunk.length <= blockSize) {
      gathered.set(chunk, filled);
      filled += chunk.length;
      pool.give(chunk);
      continue;
    }
    if (filled > 0) {
      yield gathered.subarray(0, filled);
      gathered = pool.take();
      filled = 0;
    }
    for (let at = 0; at < chunk.length; at += blockSize) {
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(blockSize, chunk.length - at));
    }
  }
  if (filled > 0) yield gathered.subarray(0, filled);
}
