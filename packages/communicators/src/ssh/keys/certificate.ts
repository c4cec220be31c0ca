import { Buffer } from "node:buffer";
import { messageOf } from "@kiln/sdk";
import { WireReader } from "../wire.ts";

/** An OpenSSH user certificate (PROTOCOL.certkeys): what `ssh-keygen -s` writes to `KEY-cert.pub`. */
export interface Certificate {
  /** `ssh-ed25519-cert-v01@openssh.com`, … */
  readonly type: string;
  readonly blob: Buffer;
  readonly keyId: string;
  readonly user: boolean;
  readonly principals: readonly string[];
  /** Seconds since 1970; 2^64 - 1 is for ever. */
  readonly validAfter: bigint;
  readonly validBefore: bigint;
  /** The public key fields that the certificate vouches for, as they stand in it. */
  readonly publicFields: readonly Buffer[];
}

/** How many strings of public key follow the nonce. */
const fieldCounts: Readonly<Record<string, number>> = {
  "ssh-rsa": 2,
  "ssh-ed25519": 1,
  "ecdsa-sha2-nistp256": 2,
  "ecdsa-sha2-nistp384": 2,
  "ecdsa-sha2-nistp521": 2,
};

/** The kind of key below a certificate: `ssh-rsa` of `ssh-rsa-cert-v01@openssh.com`. */
export function plainType(type: string): string {
  return type.replace(/-cert-v0[01]@openssh\.com$/, "");
}

/** Reads the one line of a certificate file. Throws an `Error` that says what is wrong with it. */
export function readCertificate(text: string): Certificate {
  const [type, encoded] = text.trim().split(/\s+/);
  if (type === undefined || encoded === undefined) throw new Error("it is not an OpenSSH certificate");
  const count = fieldCounts[plainType(type)];
  if (!type.endsWith("-cert-v01@openssh.com")) {
    throw new Error(
      count === undefined
        ? "it is not an OpenSSH certificate"
        : "it is a public key, not a certificate (`ssh-keygen -s CA KEY.pub` writes KEY-cert.pub)",
    );
  }
  if (count === undefined) throw new Error(`certificates of type ${type} are not supported`);
  try {
    return readBlob(type, count, Buffer.from(encoded, "base64"));
  } catch (error) {
    throw new Error(`the certificate is damaged: ${messageOf(error)}`, { cause: error });
  }
}

function readBlob(type: string, count: number, blob: Buffer): Certificate {
  const reader = new WireReader(blob);
  if (reader.text() !== type) throw new Error("its two type names differ");
  reader.bytes(); // nonce
  const publicFields = Array.from({ length: count }, () => reader.bytes());
  reader.long(); // serial
  const user = reader.number() === 1;
  const keyId = reader.text();
  const principals: string[] = [];
  for (const list = new WireReader(reader.bytes()); !list.done; ) principals.push(list.text());
  return {
    type,
    blob,
    keyId,
    user,
    principals,
    validAfter: reader.long(),
    validBefore: reader.long(),
    publicFields,
  };
}

/** Whether the certificate was made for the key with this public blob. */
export function vouchesFor(certificate: Certificate, blob: Uint8Array): boolean {
  const reader = new WireReader(blob);
  if (reader.text() !== plainType(certificate.type)) return false;
  return certificate.publicFields.every((field) => field.equals(reader.bytes()));
}
