import { generateKeyPair as generate, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { KeyPair } from "@kiln/sdk";
import { openSshPrivateKey } from "./openssh-format.ts";
import { publicBlob, publicLine } from "./public-key.ts";

const make = promisify(generate);
const curves: Readonly<Record<number, string>> = { 256: "P-256", 384: "P-384", 521: "P-521" };

/** Why a temporary key of this kind cannot be made; undefined where it can. Case does not matter. Source: Packer's limits. */
export function keyKindProblem(kind: string | undefined, bits: number | undefined): string | undefined {
  switch ((kind ?? "rsa").toLowerCase()) {
    case "rsa":
      return bits !== undefined && bits !== 0 && bits < 1024
        ? `an RSA key needs at least 1024 bits, not ${bits}`
        : undefined;
    case "ecdsa":
      return bits && curves[bits] === undefined ? `an ECDSA key has 256, 384 or 521 bits, not ${bits}` : undefined;
    case "ed25519":
      return undefined;
    case "dsa":
      return "DSA keys are no longer accepted by SSH servers (OpenSSH turned them off in 7.0 and removed them in 10.0); use ed25519, ecdsa or rsa";
    default:
      return `"${kind}" is not a kind of key; use rsa, ecdsa or ed25519`;
  }
}

/**
 * A new key pair, computed off the main thread. RSA (4096 bits) and ECDSA (521) as PKCS#8 PEM, Ed25519 in OpenSSH's own format.
 * `bits` 0 is the default. Rejects for kinds that `keyKindProblem` names.
 */
export async function generateKeyPair(
  kind: string | undefined,
  bits: number | undefined,
  comment: string,
): Promise<KeyPair> {
  const problem = keyKindProblem(kind, bits);
  if (problem !== undefined) throw new Error(problem);
  const key = await privateKeyOf((kind ?? "rsa").toLowerCase(), bits ?? 0);
  const privateKey =
    key.asymmetricKeyType === "ed25519"
      ? openSshPrivateKey(key, comment)
      : key.export({ format: "pem", type: "pkcs8" }).toString();
  return { privateKey, publicKey: publicLine(publicBlob(key), comment), comment };
}

async function privateKeyOf(kind: string, bits: number): Promise<KeyObject> {
  if (kind === "ed25519") return (await make("ed25519")).privateKey;
  if (kind === "ecdsa") return (await make("ec", { namedCurve: curves[bits || 521] ?? "P-521" })).privateKey;
  return (await make("rsa", { modulusLength: bits || 4096 })).privateKey;
}
