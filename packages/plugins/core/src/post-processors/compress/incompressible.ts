/** Bytes looked at, spread over the whole. */
const sampleSize = 2048;
const runLength = 128;
/** Random bytes give about 7.91 bits each with this sample; text, code and tables far less. */
const randomBits = 7.85;
/** How far ahead a repetition is looked for; deflate itself reaches twice as far. */
const reach = 16 * 1024;

/**
 * Whether deflating is a waste of time: the bytes look random (already compressed or encrypted) and do not repeat themselves within
 * the reach of deflate. Deflate runs at a tenth of its speed on such data only to find nothing.
 */
export function isIncompressible(bytes: Buffer): boolean {
  return bytes.length >= 2 * sampleSize && entropy(bytes) > randomBits && !recurs(bytes, 0, 8, reach);
}

function entropy(bytes: Buffer): number {
  const counts = new Uint32Array(256);
  const step = Math.floor(bytes.length / (sampleSize / runLength));
  let total = 0;
  for (let start = 0; start + runLength <= bytes.length; start += step) {
    for (let at = start; at < start + runLength; at++) {
      const byte = bytes[at] ?? 0;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
    total += runLength;
  }
  let bits = 0;
  for (const count of counts) if (count > 0) bits -= (count / total) * Math.log2(count / total);
  return bits;
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
