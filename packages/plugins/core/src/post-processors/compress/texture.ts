/** Bytes looked at, spread over the whole. */
const sampleSize = 2048;
const runLength = 128;
/** Random bytes give about 7.91 bits each with this sample; text, code and tables far less. */
const randomBits = 7.85;
/** Below this there is nothing random in it worth looking for. */
const plainBits = 7;
/** How far ahead a repetition is looked for; deflate itself reaches twice as far. */
const reach = 16 * 1024;

/** `n log2 n`: entropy without a logarithm per byte value. */
const weight = Float64Array.from({ length: sampleSize + 1 }, (_, n) => (n === 0 ? 0 : n * Math.log2(n)));
const counts = new Uint16Array(256);

/**
 * Whether deflating would be a waste of time: `random` bytes (already compressed or encrypted), on which deflate runs at a tenth of its
 * speed only to find nothing. `mixed` is worth a closer look.
 */
export function textureOf(bytes: Buffer): "random" | "mixed" | "plain" {
  if (bytes.length < 2 * sampleSize) return "plain";
  const bits = entropy(bytes);
  if (bits < plainBits) return "plain";
  return bits > randomBits && !recurs(bytes, 0, 8, reach) ? "random" : "mixed";
}

/** Bits of information per byte of a sample. */
function entropy(bytes: Buffer): number {
  counts.fill(0);
  const step = Math.floor((bytes.length - runLength) / (sampleSize / runLength - 1));
  for (let run = 0; run < sampleSize / runLength; run++) {
    const start = run * step;
    for (let at = start; at < start + runLength; at++) {
      const byte = bytes[at] ?? 0;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }
  let sum = 0;
  for (const count of counts) sum += weight[count] ?? 0;
  return Math.log2(sampleSize) - sum / sampleSize;
}

/**
 * Whether the bytes are little but repetition (zeros, one line over and over). The search for the best match then costs much and gains
 * nothing.
 */
export function isMonotonous(bytes: Buffer): boolean {
  return [0.1, 0.4, 0.7, 0.9].every((part) => recurs(bytes, Math.floor(bytes.length * part), 64, 1024));
}

/** Whether the bytes at a place come again within the given distance. */
function recurs(bytes: Buffer, at: number, length: number, distance: number): boolean {
  const probe = bytes.subarray(at, at + length);
  return bytes.subarray(at + 1, at + length + distance).includes(probe);
}
