import { md5, sha1 } from "@noble/hashes/legacy.js";
import { sha256, sha512 } from "@noble/hashes/sha2.js";

const ALGORITHMS = { md5, sha1, sha256, sha512 } as const;

export function digest(algorithm: keyof typeof ALGORITHMS, bytes: Uint8Array): Uint8Array {
  return ALGORITHMS[algorithm](bytes);
}
