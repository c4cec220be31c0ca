import { gzip } from "node:zlib";

/** Compressed on its own, so that several are in work at once; a file of many gzip members is a gzip file. */
const blockSize = 1024 * 1024;
const sampleSize = 32 * 1024;

/** Gzips side by side on the thread pool, `atOnce` blocks at a time; never holds more than those. */
export async function* gzipped(
  source: AsyncIterable<Uint8Array>,
  level: number,
  atOnce: number,
): AsyncGenerator<Uint8Array> {
  const running: Promise<Uint8Array>[] = [];
  let wasDense = false;
  const start = (block: Buffer): void => {
    const work = squeezed(block, level, wasDense).then(({ bytes, dense }) => {
      wasDense = dense;
      return bytes;
    });
    // Awaited below, in its turn.
    work.catch(() => {});
    running.push(work);
  };
  try {
    for await (const block of blocks(source)) {
      start(block);
      const first = running.length >= atOnce ? running.shift() : undefined;
      if (first) yield await first;
    }
    for (let next = running.shift(); next; next = running.shift()) yield await next;
  } finally {
    await Promise.allSettled(running);
  }
}

async function* blocks(source: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let block = Buffer.allocUnsafe(blockSize);
  let filled = 0;
  let any = false;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + blockSize - filled);
      block.set(part, filled);
      filled += part.length;
      at += part.length;
      if (filled < blockSize) continue;
      any = true;
      yield block;
      block = Buffer.allocUnsafe(blockSize);
      filled = 0;
    }
  }
  if (filled > 0 || !any) yield block.subarray(0, filled);
}

/** After a block that would not shrink, a sample tells whether the next is worth the time. */
async function squeezed(
  block: Buffer,
  level: number,
  wasDense: boolean,
): Promise<{ readonly bytes: Uint8Array; readonly dense: boolean }> {
  if (wasDense && block.length > sampleSize) {
    const middle = (block.length - sampleSize) >> 1;
    const sample = await deflatedTo(block.subarray(middle, middle + sampleSize), 1);
    if (sample.length > sampleSize * 0.98) return { bytes: await deflatedTo(block, 0), dense: true };
  }
  const bytes = await deflatedTo(block, level);
  return { bytes, dense: bytes.length > block.length * 0.98 };
}

function deflatedTo(bytes: Uint8Array, level: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    gzip(bytes, { level }, (error, made) => (error ? reject(error) : resolve(made)));
  });
}
