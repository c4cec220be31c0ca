import { Fault } from "../values/arithmetic.ts";
import { decodeBase64 } from "./base64.ts";

/** An RSA private key, as far as decryption needs it. */
export interface PrivateKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
}

const NO_KEY = new Fault("failed to parse key: no key found");

/** A PEM private key: PKCS #1, PKCS #8, or OpenSSH's own form without a passphrase. */
export function parsePrivateKey(pem: string): PrivateKey | Fault {
  const block = /-----BEGIN ([A-Z0-9 ]+)-----\r?\n([\s\S]*?)-----END \1-----/.exec(pem);
  if (!block) return NO_KEY;
  const [, label = "", body = ""] = block;
  if (body.includes("Proc-Type: 4,ENCRYPTED") || label === "ENCRYPTED PRIVATE KEY") {
    return new Fault(
      "failed to parse key: password protected keys are not supported. Please decrypt the key prior to use",
    );
  }
  const bytes = decodeBase64(body.replace(/\s/g, ""));
  if (typeof bytes === "number") return NO_KEY;
  try {
    if (label === "RSA PRIVATE KEY") return pkcs1(new Der(bytes).sequence());
    if (label === "PRIVATE KEY") {
      const outer = new Der(bytes).sequence();
      outer.integer();
      outer.element();
      return pkcs1(new Der(outer.element()).sequence());
    }
    if (label === "OPENSSH PRIVATE KEY") return openSsh(bytes);
  } catch (error) {
    if (error instanceof RangeError) return new Fault("failed to parse key: malformed private key");
    throw error;
  }
  return new Fault(`failed to parse key: unsupported key type "${label}"`);
}

function pkcs1(key: Der): PrivateKey {
  key.integer();
  const modulus = key.integer();
  key.integer();
  return { modulus, exponent: key.integer() };
}

/** Reads the few forms of DER that keys are made of; runs over the end with a RangeError. */
class Der {
  private readonly bytes: Uint8Array;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  private byte(): number {
    const b = this.bytes[this.at++];
    if (b === undefined) throw new RangeError("key ends early");
    return b;
  }

  /** Contents of the next element, whatever its tag. */
  element(): Uint8Array {
    this.byte();
    let length = this.byte();
    if (length > 0x80) {
      let n = 0;
      for (let i = length - 0x80; i > 0; i--) n = n * 256 + this.byte();
      length = n;
    }
    if (this.at + length > this.bytes.length) throw new RangeError("key ends early");
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  sequence(): Der {
    return new Der(this.element());
  }

  integer(): bigint {
    return bigOf(this.element());
  }
}

function bigOf(bytes: Uint8Array): bigint {
  let hex = "0";
  for (const b of bytes) hex += b.toString(16).padStart(2, "0");
  return BigInt(`0x${hex}`);
}

function openSsh(bytes: Uint8Array): PrivateKey | Fault {
  const magic = "openssh-key-v1\0";
  let at = magic.length;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const field = (): Uint8Array => {
    const length = view.getUint32(at);
    at += 4 + length;
    if (at > bytes.length) throw new RangeError("key ends early");
    return bytes.subarray(at - length, at);
  };
  const name = (): string => new TextDecoder().decode(field());
  if (name() !== "none") {
    return new Fault(
      "failed to parse key: password protected keys are not supported. Please decrypt the key prior to use",
    );
  }
  field();
  field();
  at += 4;
  field();
  at += 4 + 8;
  if (name() !== "ssh-rsa") return new Fault("failed to parse key: the private key is not an RSA key");
  const modulus = bigOf(field());
  field();
  return { modulus, exponent: bigOf(field()) };
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let e = exponent; e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** PKCS #1 v1.5 decryption; undefined if the text was not encrypted for this key. */
export function decryptPkcs1({ modulus, exponent }: PrivateKey, ciphertext: Uint8Array): Uint8Array | undefined {
  const size = Math.ceil(modulus.toString(16).length / 2);
  const input = bigOf(ciphertext);
  if (modulus === 0n || ciphertext.length > size || input >= modulus) return undefined;
  const hex = power(input, exponent, modulus)
    .toString(16)
    .padStart(size * 2, "0");
  const padded = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  if (padded[0] !== 0 || padded[1] !== 2) return undefined;
  const end = padded.indexOf(0, 2);
  return end < 10 ? undefined : padded.subarray(end + 1);
}
