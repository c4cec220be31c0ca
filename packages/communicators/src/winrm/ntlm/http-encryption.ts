import { Buffer } from "node:buffer";
import type { NtlmSession } from "./session.ts";

const boundary = "Encrypted Boundary";
const protocol = "application/HTTP-SPNEGO-session-encrypted";

/** The Content-Type header of a body that `encryptBody` made. */
export const encryptedContentType = `multipart/encrypted;protocol="${protocol}";boundary="${boundary}"`;

/** What arrived as an encrypted body is none. */
export class BadEncryptedBody extends Error {
  static {
    this.prototype.name = "BadEncryptedBody";
  }
}

export function isEncrypted(contentType: string | undefined): boolean {
  return /^multipart\/encrypted/i.test(contentType?.trim() ?? "");
}

/** A message sealed and wrapped as WinRM sends it over plain HTTP. Source: [MS-WSMV] 2.2.9.1. */
export function encryptBody(session: NtlmSession, message: Uint8Array, contentType: string): Buffer {
  const { signature, sealed } = session.seal(message);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(signature.length);
  const head = [
    `--${boundary}`,
    `\tContent-Type: ${protocol}`,
    `\tOriginalContent: type=${contentType};Length=${message.length}`,
    `--${boundary}`,
    "\tContent-Type: application/octet-stream",
    "",
  ].join("\r\n");
  return Buffer.concat([
    Buffer.from(head, "latin1"),
    length,
    signature,
    sealed,
    Buffer.from(`--${boundary}--\r\n`, "latin1"),
  ]);
}

/** The message and its type. Throws `BadEncryptedBody`, or `BadNtlmMessage` where the signature is wrong. */
export function decryptBody(
  session: NtlmSession,
  body: Buffer,
): { readonly message: Buffer; readonly contentType: string } {
  const head = body.subarray(0, 1024).toString("latin1");
  const original = /OriginalContent:\s*type=(.*?);\s*Length=(\d+)\s*\r\n/i.exec(head);
  const start = /Content-Type:\s*application\/octet-stream\s*?\r\n/i.exec(head);
  if (!original || !start) throw new BadEncryptedBody("the encrypted body lacks its parts");
  const at = start.index + start[0].length;
  if (body.length < at + 4) throw new BadEncryptedBody("the encrypted body is cut off");
  const signatureLength = body.readUInt32LE(at);
  const length = Number(original[2]);
  const from = at + 4 + signatureLength;
  if (from + length > body.length) throw new BadEncryptedBody("the encrypted body is cut off");
  const message = session.unseal(body.subarray(from, from + length), body.subarray(at + 4, from));
  return { message, contentType: original[1] ?? "" };
}
