/**
 * The same bytes in blocks of exactly `size`, but for the last. Blocks that the caller puts into `free` when done are used again:
 * fresh memory for every block costs more than copying into it.
 */
export async function* blocksOf(
  source: AsyncIterable<Uint8Array>,
  size: number,
  free: Buffer[],
): AsyncGenerator<Buffer> {
  const take = (): Buffer => free.pop() ?? Buffer.allocUnsafeSlow(size);
  let block = take();
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(size - filled, chunk.length - at);
      block.set(chunk.subarray(at, at + taken), filled);
      filled += taken;
      at += taken;
      if (filled < size) continue;
      yield block;
      block = take();
      filled = 0;
    }
  }
  if (filled > 0) yield block.subarray(0, filled);
}
