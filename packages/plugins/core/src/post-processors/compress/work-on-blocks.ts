import { blocksOf } from "./blocks.ts";
import { inOrder } from "./in-order.ts";

/** Cuts into blocks of `size` and works on several at once; results come in order. A result must not share memory with its block. */
export async function* workOnBlocks<R>(
  source: AsyncIterable<Uint8Array>,
  size: number,
  atOnce: number,
  work: (block: Buffer) => Promise<R>,
): AsyncGenerator<R> {
  const free: Buffer[] = [];
  yield* inOrder(blocksOf(source, size, free), atOnce, async (block) => {
    const result = await work(block);
    if (block.length === size) free.push(block);
    return result;
  });
}
