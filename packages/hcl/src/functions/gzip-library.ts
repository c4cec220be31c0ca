import { gzipSync } from "fflate";

/** Header as Go writes it: no name, no time, unknown system. */
export function gzip(bytes: Uint8Array): Uint8Array {
  const made = gzipSync(bytes, { level: 6, mtime: 0 });
  made.fill(0, 4, 9);
  made[9] = 255;
  return made;
}
