import { constants, deflateRaw } from "node:zlib";
import { defaultDeflateLevel } from "./format.ts";
import { isMonotonous, textureOf } from "./texture.ts";

/** How finely random stretches are told from others, and how finely within one that is neither. */
const stretch = 64 * 1024;
const closer = 16 * 1024;
const largestStored = 65_535;
/** The last block of a deflate stream: stored, empty. */
export const deflateEnd: Uint8Array = Uint8Array.of(0x01, 0x00, 0x00, 0xff, 0xff);

/**
 * A block as a piece of a deflate stream that ends on a byte boundary: pieces of consecutive blocks, one after the other and closed
 * with `deflateEnd`, are one stream. Stretches that look random are stored. Deflating happens on the thread pool.
 */
export async function deflatePiece(block: Buffer, level: number | undefined): Promise<Buffer> {
  const runs = runsOf(block);
  // Undefined where storing is no worse.
  const made = await Promise.all(runs.map(async ({ bytes, random }) => (random ? undefined : deflated(bytes, level))));
  const length = runs.reduce((n, { bytes }, i) => n + (made[i]?.length ?? storedLength(bytes.length)), 0);
  const out = Buffer.allocUnsafeSlow(length);
  let to = 0;
  for (const [i, { bytes }] of runs.entries()) {
    const small = made[i];
    to += small ? small.copy(out, to) : store(bytes, out, to);
  }
  return out;
}

interface Run {
  readonly bytes: Buffer;
  readonly random: boolean;
}

function runsOf(block: Buffer): readonly Run[] {
  const runs: Run[] = [];
  let from = 0;
  let before: boolean | undefined;
  const next = (at: number, random: boolean): void => {
    if (before !== undefined && random !== before) {
      runs.push({ bytes: block.subarray(from, at), random: before });
      from = at;
    }
    before = random;
  };
  for (let at = 0; at < block.length; at += stretch) {
    const end = Math.min(at + stretch, block.length);
    const texture = textureOf(block.subarray(at, end));
    if (texture !== "mixed") next(at, texture === "random");
    else
      for (let part = at; part < end; part += closer) {
        next(part, textureOf(block.subarray(part, Math.min(part + closer, end))) === "random");
      }
  }
  if (before !== undefined) runs.push({ bytes: block.subarray(from), random: before });
  return runs;
}

async function deflated(bytes: Buffer, level: number | undefined): Promise<Buffer | undefined> {
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    level: level ?? (isMonotonous(bytes) ? 3 : defaultDeflateLevel),
  };
  const result = await new Promise<Buffer>((resolve, reject) => {
    deflateRaw(bytes, options, (error, made) => (error ? reject(error) : resolve(made)));
  });
  return result.length < bytes.length ? result : undefined;
}

/** Stored blocks, none of them the last. */
export function stored(bytes: Buffer): Buffer {
  const out = Buffer.allocUnsafe(storedLength(bytes.length));
  store(bytes, out, 0);
  return out;
}

function storedLength(length: number): number {
  return length + 5 * Math.ceil(length / largestStored);
}

/** Writes stored blocks into `out`; returns how much. */
function store(bytes: Buffer, out: Buffer, from: number): number {
  let to = from;
  for (let at = 0; at < bytes.length; at += largestStored) {
    const length = Math.min(largestStored, bytes.length - at);
    out[to] = 0;
    out.writeUInt16LE(length, to + 1);
    out.writeUInt16LE(~length & 0xffff, to + 3);
    bytes.copy(out, to + 5, at, at + length);
    to += 5 + length;
  }
  return to - from;
}
