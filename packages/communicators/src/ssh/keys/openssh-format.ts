import { Buffer } from "node:buffer";
import { createPublicKey, type KeyObject, randomBytes } from "node:crypto";
import { sshNumber, sshString } from "../wire.ts";
import { publicBlob } from "./public-key.ts";

/**
 * An Ed25519 key as `-----BEGIN OPENSSH PRIVATE KEY-----` without a passphrase (PROTOCOL.key of OpenSSH): the only form of such keys
 * that OpenSSH reads in every version, and what Packer writes.
 */
export function openSshPrivateKey(key: KeyObject, comment: string): string {
  const jwk = key.export({ format: "jwk" });
  const seed = Buffer.from(jwk.d ?? "", "base64url");
  const point = Buffer.from(createPublicKey(key).export({ format: "jwk" }).x ?? "", "base64url");
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    sshString("ssh-ed25519"),
    sshString(point),
    sshString(Buffer.concat([seed, point])),
    sshString(comment),
  ]);
  const missing = (8 - (secret.length % 8)) % 8;
  const padding = Buffer.from(Array.from({ length: missing }, (_, i) => i + 1));
  const whole = Buffer.concat([
    Buffer.from("openssh-key-v1\0"),
    sshString("none"),
    sshString("none"),
    sshString(""),
    sshNumber(1),
    sshString(publicBlob(key)),
    sshString(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString("base64").match(/.{1,70}/g) ?? [];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines.join("\n")}\n-----END OPENSSH PRIVATE KEY-----\n`;
}
