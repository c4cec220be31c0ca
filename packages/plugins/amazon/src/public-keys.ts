import { createPublicKey } from "node:crypto";

/**
 * The one-line OpenSSH public key of a private key: RSA, EC or Ed25519 in PEM, or the OpenSSH format, whose public half is not
 * encrypted. Throws on what is neither.
 */
export function publicKeyOf(privateKey: string, comment: string): string {
  const blob = privateKey.includes("BEGIN OPENSSH PRIVATE KEY") ? opensshPublic(privateKey) : pemPublic(privateKey);
  const type = readString(blob, 0).toString();
  return `${type} ${blob.toString("base64")} ${comment}`;
}

function opensshPublic(text: string): Buffer {
  const data = Buffer.from(text.replaceAll(/-----[^-]+-----/g, ""), "base64");
  let at = "openssh-key-v1\0".length;
  for (let skipped = 0; skipped < 3; skipped++) at += 4 + data.readUInt32BE(at); // cipher, kdf, kdf options
  return readString(data, at + 4); // after the number of keys
}

function pemPublic(text: string): Buffer {
  const jwk = createPublicKey(text).export({ format: "jwk" });
  const number = (value: unknown): Buffer => {
    const bytes = Buffer.from(String(value), "base64url");
    return (bytes[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), bytes]) : bytes;
  };
  if (jwk.kty === "RSA") return strings(Buffer.from("ssh-rsa"), number(jwk.e), number(jwk.n));
  if (jwk.kty === "OKP") return strings(Buffer.from("ssh-ed25519"), Buffer.from(String(jwk.x), "base64url"));
  const size = String(jwk.crv).replace("P-", "");
  const point = Buffer.concat([
    Buffer.of(4),
    Buffer.from(String(jwk.x), "base64url"),
    Buffer.from(String(jwk.y), "base64url"),
  ]);
  return strings(Buffer.from(`ecdsa-sha2-nistp${size}`), Buffer.from(`nistp${size}`), point);
}

function strings(...parts: readonly Buffer[]): Buffer {
  return Buffer.concat(
    parts.flatMap((part) => {
      const length = Buffer.alloc(4);
      length.writeUInt32BE(part.length);
      return [length, part];
    }),
  );
}
function readString(data: Buffer, at: number): Buffer {
  return data.subarray(at + 4, at + 4 + data.readUInt32BE(at));
}
