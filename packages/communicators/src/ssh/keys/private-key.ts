import type { Buffer } from "node:buffer";
import { createPrivateKey, type KeyObject } from "node:crypto";
import { codeOf, messageOf } from "@kiln/sdk";
import ssh2 from "ssh2";
import { blobType, publicBlob } from "./public-key.ts";

/** A private key that can sign, with its public half as SSH sends it. */
export interface PrivateKey {
  readonly key: KeyObject;
  readonly type: string;
  readonly blob: Buffer;
}

export type ReadKey =
  | { readonly is: "key"; readonly key: PrivateKey }
  /** A passphrase is needed, or the one given is wrong. */
  | { readonly is: "locked"; readonly wrong: boolean }
  | { readonly is: "unreadable"; readonly why: string };

/** Reads PEM (PKCS#1, SEC 1), PKCS#8, OpenSSH and PuTTY keys, encrypted ones with a passphrase. */
export function readPrivateKey(text: string, passphrase?: string): ReadKey {
  const trimmed = text.trim();
  if (trimmed === "") return { is: "unreadable", why: "the file is empty" };
  if (/^-----BEGIN (ENCRYPTED )?PRIVATE KEY-----/m.test(trimmed)) return readPkcs8(trimmed, passphrase);
  const parsed = ssh2.utils.parseKey(trimmed, passphrase);
  if (parsed instanceof Error) return explain(parsed.message, passphrase);
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  if (!first || !("isPrivateKey" in first) || !first.isPrivateKey()) {
    return { is: "unreadable", why: "it is a public key; the private key is needed" };
  }
  return readPem(first.getPrivatePEM());
}

function explain(message: string, passphrase: string | undefined): ReadKey {
  if (/no passphrase given/i.test(message)) return { is: "locked", wrong: false };
  if (passphrase !== undefined && /passphrase|bad decrypt|integrity|decrypt/i.test(message)) {
    return { is: "locked", wrong: true };
  }
  if (/unsupported key format/i.test(message)) {
    return { is: "unreadable", why: "it is not a private key in PEM, PKCS#8, OpenSSH or PuTTY form" };
  }
  return { is: "unreadable", why: message };
}

function readPkcs8(text: string, passphrase: string | undefined): ReadKey {
  const encrypted = text.includes("BEGIN ENCRYPTED PRIVATE KEY");
  if (encrypted && passphrase === undefined) return { is: "locked", wrong: false };
  return readPem(text, encrypted ? passphrase : undefined);
}

function readPem(pem: string, passphrase?: string): ReadKey {
  let key: KeyObject;
  try {
    key = createPrivateKey(passphrase === undefined ? { key: pem } : { key: pem, passphrase });
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (passphrase !== undefined && /BAD_DECRYPT|DECODER|UNSUPPORTED/.test(code)) return { is: "locked", wrong: true };
    return { is: "unreadable", why: messageOf(error) };
  }
  try {
    const blob = publicBlob(key);
    return { is: "key", key: { key, blob, type: blobType(blob) } };
  } catch (error) {
    return { is: "unreadable", why: messageOf(error) };
  }
}
