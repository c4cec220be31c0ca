/** Bytes looked at, spread over the whole. */
const sampleSize = 8192;
const runLength = 256;
/** Random bytes give about 7.977 bits each with this sample; text, code and tables far less. */
const randomBits = 7.94;
const probeLength = 8;
const probes = 4;

/**
 * Whether deflating is a waste of time: the bytes look random (already compressed or encrypted) and do not repeat themselves within
 * the reach of deflate. Deflate runs at a tenth of its speed on such data only to find nothing.
 */
export function isIncompressible(bytes: Buffer): boolean {
  return bytes.length >= 2 * sampleSize && entropy(bytes) > randomBits && !repeats(bytes);
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

function repeats(bytes: Buffer): boolean {
  for (let i = 0; i < probes; i++) {
    const at = Math.floor((i * bytes.length) / (probes + 1));
    const probe = bytes.subarray(at, at + probeLength);
    const reach = bytes.subarray(at + 1, at + 32 * 1024);
    if (reach.includes(probe)) return true;
  }
  return false;
}
