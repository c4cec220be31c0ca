import { createHash, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

export interface KeyMaterial {
  /** PEM: PKCS#1 for RSA, OpenSSH's own format for Ed25519, as EC2 gives them. */
  readonly privatePem: string;
  /** `ssh-rsa AAAA…`, without comment. */
  readonly publicLine: string;
  readonly fingerprint: string;
}

const generate = promisify(generateKeyPair);

function chunk(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A whole positive number as SSH writes it: no leading zeros but one where the first bit is set. */
function mpint(bytes: Buffer): Buffer {
  let start = 0;
  while (start < bytes.length - 1 && bytes[start] === 0) start++;
  const trimmed = bytes.subarray(start);
  return chunk((trimmed[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.from([0]), trimmed]) : trimmed);
}

/** A new key pair of EC2's kinds. */
export async function newKeyMaterial(type: "rsa" | "ed25519"): Promise<KeyMaterial> {
  return type === "rsa" ? await newRsa() : await newEd25519();
}

async function newRsa(): Promise<KeyMaterial> {
  const { publicKey, privateKey } = await generate("rsa", { modulusLength: 2048 });
  // EC2 shows the SHA-1 of the private key's PKCS#8 form for keys that it made itself.
  const digest = createHash("sha1")
    .update(privateKey.export({ type: "pkcs8", format: "der" }))
    .digest("hex");
  return {
    privatePem: privateKey.export({ type: "pkcs1", format: "pem" }).toString(),
    publicLine: sshLine(publicKey),
    fingerprint: colons(digest),
  };
}

async function newEd25519(): Promise<KeyMaterial> {
  const { publicKey, privateKey } = await generate("ed25519", {});
  const blob = sshBlob(publicKey);
  const { d = "", x = "" } = privateKey.export({ format: "jwk" });
  const seed = Buffer.from(d, "base64url");
  const point = Buffer.from(x, "base64url");
  const check = createHash("sha256").update(seed).digest().subarray(0, 4);
  const name = chunk(Buffer.from("ssh-ed25519"));
  const inner = Buffer.concat([
    check,
    check,
    name,
    chunk(point),
    chunk(Buffer.concat([seed, point])),
    chunk(Buffer.alloc(0)),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, i) => i + 1));
  const none = chunk(Buffer.from("none"));
  const count = Buffer.from([0, 0, 0, 1]);
  const file = Buffer.concat([
    Buffer.from("openssh-key-v1\0", "latin1"),
    none,
    none,
    chunk(Buffer.alloc(0)),
    count,
    chunk(blob),
    chunk(Buffer.concat([inner, padding])),
  ]);
  const lines = file.toString("base64").match(/.{1,70}/g) ?? [];
  return {
    privatePem: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`,
    publicLine: `ssh-ed25519 ${blob.toString("base64")}`,
    fingerprint: ed25519Fingerprint(blob),
  };
}

function sshBlob(key: KeyObject): Buffer {
  const jwk = key.export({ format: "jwk" });
  const number = (text: string | undefined): Buffer => Buffer.from(text ?? "", "base64url");
  return key.asymmetricKeyType === "rsa"
    ? Buffer.concat([chunk(Buffer.from("ssh-rsa")), mpint(number(jwk.e)), mpint(number(jwk.n))])
    : Buffer.concat([chunk(Buffer.from("ssh-ed25519")), chunk(number(jwk.x))]);
}

function sshLine(key: KeyObject): string {
  return `${key.asymmetricKeyType === "rsa" ? "ssh-rsa" : "ssh-ed25519"} ${sshBlob(key).toString("base64")}`;
}

const colons = (hex: string): string => hex.match(/../g)?.join(":") ?? "";
const ed25519Fingerprint = (blob: Buffer): string => createHash("sha256").update(blob).digest("base64");

export interface ImportedKey {
  readonly type: "rsa" | "ed25519";
  readonly publicLine: string;
  readonly fingerprint: string;
}

/** Reads what ImportKeyPair takes: an OpenSSH public key line, PEM, or DER. Undefined when it is none of them. */
export function readPublicKey(material: Buffer): ImportedKey | undefined {
  const text = material.toString("latin1").trim();
  const match = /^(ssh-rsa|ssh-ed25519) ([A-Za-z0-9+/]+={0,2})(\s|$)/.exec(text);
  if (match?.[1] !== undefined && match[2] !== undefined) return fromBlob(match[1], Buffer.from(match[2], "base64"));
  try {
    const key = text.startsWith("-----")
      ? createPublicKey(text)
      : createPublicKey({ key: material, format: "der", type: "spki" });
    const type = key.asymmetricKeyType;
    if (type !== "rsa" && type !== "ed25519") return undefined;
    const blob = sshBlob(key);
    return fromBlob(type === "rsa" ? "ssh-rsa" : "ssh-ed25519", blob);
  } catch {
    return undefined;
  }
}

function fromBlob(name: string, blob: Buffer): ImportedKey | undefined {
  const key = publicKeyOf(`${name} ${blob.toString("base64")}`);
  if (!key) return undefined;
  const publicLine = `${name} ${blob.toString("base64")}`;
  if (name === "ssh-ed25519") return { type: "ed25519", publicLine, fingerprint: ed25519Fingerprint(blob) };
  // Imported RSA keys show the MD5 of the public key's DER form.
  const digest = createHash("md5")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex");
  return { type: "rsa", publicLine, fingerprint: colons(digest) };
}

/** The key object of an OpenSSH public key line. */
export function publicKeyOf(line: string): KeyObject | undefined {
  const [name, base64 = ""] = line.split(" ");
  const parts = split(Buffer.from(base64, "base64"));
  const [kind, first, second] = parts;
  if (!first || kind?.toString("latin1") !== name) return undefined;
  const plain = (bytes: Buffer): string => (bytes[0] === 0 ? bytes.subarray(1) : bytes).toString("base64url");
  try {
    if (name === "ssh-ed25519") {
      return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: first.toString("base64url") }, format: "jwk" });
    }
    if (name !== "ssh-rsa" || !second) return undefined;
    return createPublicKey({ key: { kty: "RSA", e: plain(first), n: plain(second) }, format: "jwk" });
  } catch {
    return undefined;
  }
}

function split(blob: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at + 4 <= blob.length; ) {
    const length = blob.readUInt32BE(at);
    if (at + 4 + length > blob.length) return [];
    parts.push(blob.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}
