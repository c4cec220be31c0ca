import { Buffer } from "node:buffer";
import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { sshInteger, sshString, WireReader } from "../wire.ts";

const curves: Readonly<Record<string, { readonly name: string; readonly bytes: number }>> = {
  "P-256": { name: "nistp256", bytes: 32 },
  "P-384": { name: "nistp384", bytes: 48 },
  "P-521": { name: "nistp521", bytes: 66 },
};

/** The public half as SSH sends it (RFC 4253 §6.6, RFC 5656 §3.1, RFC 8709 §4). Throws for kinds that SSH does not know. */
export function publicBlob(key: KeyObject): Buffer {
  const jwk = (key.type === "private" ? createPublicKey(key) : key).export({ format: "jwk" });
  const part = (name: string): Buffer => {
    const value: unknown = Reflect.get(jwk, name);
    if (typeof value !== "string") throw new Error(`the key has no "${name}"`);
    return Buffer.from(value, "base64url");
  };
  if (jwk.kty === "RSA") return Buffer.concat([sshString("ssh-rsa"), sshInteger(part("e")), sshInteger(part("n"))]);
  if (jwk.kty === "OKP" && jwk.crv === "Ed25519") {
    return Buffer.concat([sshString("ssh-ed25519"), sshString(part("x"))]);
  }
  const curve = curves[jwk.crv ?? ""];
  if (jwk.kty !== "EC" || !curve) throw new Error(`keys of kind ${jwk.crv ?? jwk.kty} cannot be used for SSH`);
  const point = Buffer.concat([Buffer.of(4), padded(part("x"), curve.bytes), padded(part("y"), curve.bytes)]);
  return Buffer.concat([sshString(`ecdsa-sha2-${curve.name}`), sshString(curve.name), sshString(point)]);
}

function padded(bytes: Buffer, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(Math.max(length - bytes.length, 0)), bytes]);
}

/** `ssh-ed25519`, `ssh-rsa-cert-v01@openssh.com`, …: the first field of a public key or certificate. */
export function blobType(blob: Uint8Array): string {
  return new WireReader(blob).text();
}

/** The line for authorized_keys, without a newline. */
export function publicLine(blob: Uint8Array, comment: string): string {
  return `${blobType(blob)} ${Buffer.from(blob).toString("base64")}${comment === "" ? "" : ` ${comment}`}`;
}

/** As `ssh-keygen -l` prints it: `SHA256:` and unpadded base64. */
export function fingerprint(blob: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}`;
}
