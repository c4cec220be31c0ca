import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import md4 from "js-md4";

/** The hash that Windows stores for a password: MD4 of its UTF-16. */
export function ntHash(password: string): Buffer {
  return Buffer.from(md4.array(Buffer.from(password, "utf16le")));
}

/** NTOWFv2: the key of NTLMv2 for one user and domain. Source: [MS-NLMP] 3.3.2. */
export function ntlmV2Key(hash: Buffer, user: string, domain: string): Buffer {
  return hmacMd5(hash, Buffer.from(user.toUpperCase() + domain, "utf16le"));
}

export function hmacMd5(key: Uint8Array, ...data: readonly Uint8Array[]): Buffer {
  const hmac = createHmac("md5", key);
  for (const one of data) hmac.update(one);
  return hmac.digest();
}

function md5(...data: readonly Uint8Array[]): Buffer {
  const hash = createHash("md5");
  for (const one of data) hash.update(one);
  return hash.digest();
}

type Direction = "client-to-server" | "server-to-client";

/** Keys of signing and sealing with extended session security and 128 bits. Source: [MS-NLMP] 3.4.5. */
export function signingKey(sessionKey: Buffer, direction: Direction): Buffer {
  return md5(sessionKey, magic(direction, "signing"));
}

export function sealingKey(sessionKey: Buffer, direction: Direction): Buffer {
  return md5(sessionKey, magic(direction, "sealing"));
}

function magic(direction: Direction, what: "signing" | "sealing"): Buffer {
  return Buffer.from(`session key to ${direction} ${what} key magic constant\0`, "latin1");
}
