import { createCipheriv } from "node:crypto";

/**
 * The answer to a VNC challenge: DES in ECB mode under the password, cut or padded to eight bytes, the bits of each byte reversed.
 * Node's OpenSSL has no single DES; triple DES with the same key three times is the same.
 */
export function answerChallenge(challenge: Uint8Array, password: string): Uint8Array {
  const key = Buffer.alloc(8);
  key.set(Buffer.from(password, "latin1").subarray(0, 8));
  for (const [i, byte] of key.entries()) key[i] = reversed(byte);
  const cipher = createCipheriv("des-ede3-ecb", Buffer.concat([key, key, key]), null);
  cipher.setAutoPadding(false);
  return Buffer.concat([cipher.update(challenge), cipher.final()]);
}

function reversed(byte: number): number {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) out |= ((byte >> bit) & 1) << (7 - bit);
  return out;
}
