import { Buffer } from "node:buffer";
import { sign as cryptoSign } from "node:crypto";
import { type Certificate, plainType } from "../keys/certificate.ts";
import type { PrivateKey } from "../keys/private-key.ts";
import { blobType, fingerprint } from "../keys/public-key.ts";
import { sshInteger, sshString } from "../wire.ts";
import { type AgentKey, agentSign } from "./agent.ts";

/** Something that can prove who we are: a key file, a certificate with its key, or a key that an agent holds. */
export interface Identity {
  /** What is offered: a public key or a certificate. */
  readonly blob: Buffer;
  readonly type: string;
  /** For people: `ed25519 SHA256:… (from the agent)`. */
  readonly label: string;
  /** Asks the server before signing; for agents, which may ask their user to confirm. */
  readonly askFirst: boolean;
  /** The signature in SSH's form, made with `algorithm` (`rsa-sha2-512`, `ssh-ed25519`, …; never a certificate's name). */
  sign(data: Buffer, algorithm: string): Promise<Buffer>;
}

export function keyIdentity(key: PrivateKey, origin: string): Identity {
  return {
    blob: key.blob,
    type: key.type,
    label: `${shortType(key.type)} ${fingerprint(key.blob)} (${origin})`,
    askFirst: false,
    sign: async (data, algorithm) => signWith(key, data, algorithm),
  };
}

export function certificateIdentity(key: PrivateKey, certificate: Certificate): Identity {
  return {
    blob: certificate.blob,
    type: certificate.type,
    label: `certificate "${certificate.keyId}" of ${shortType(key.type)} ${fingerprint(key.blob)}`,
    askFirst: false,
    sign: async (data, algorithm) => signWith(key, data, algorithm),
  };
}

/** `origin` is where the agent was found, for messages. */
export function agentIdentity(path: string, key: AgentKey, signal: AbortSignal): Identity {
  const type = blobType(key.blob);
  return {
    blob: key.blob,
    type,
    label: `${shortType(type)} ${fingerprint(key.blob)} (agent${key.comment === "" ? "" : `: ${key.comment}`})`,
    askFirst: true,
    sign: (data, algorithm) => agentSign(path, key.blob, data, agentFlags[algorithm] ?? 0, signal),
  };
}

const agentFlags: Readonly<Record<string, number>> = { "rsa-sha2-256": 2, "rsa-sha2-512": 4 };
const hashes: Readonly<Record<string, string>> = {
  "ssh-rsa": "sha1",
  "rsa-sha2-256": "sha256",
  "rsa-sha2-512": "sha512",
  "ecdsa-sha2-nistp256": "sha256",
  "ecdsa-sha2-nistp384": "sha384",
  "ecdsa-sha2-nistp521": "sha512",
};

function shortType(type: string): string {
  return plainType(type)
    .replace(/^ssh-/, "")
    .replace(/^ecdsa-sha2-nistp/, "ecdsa-");
}

function signWith(key: PrivateKey, data: Buffer, algorithm: string): Buffer {
  const hash = hashes[algorithm] ?? null;
  const ecdsa = algorithm.startsWith("ecdsa-");
  const raw = cryptoSign(hash, data, ecdsa ? { key: key.key, dsaEncoding: "ieee-p1363" } : key.key);
  const half = raw.length / 2;
  const value = ecdsa ? Buffer.concat([sshInteger(raw.subarray(0, half)), sshInteger(raw.subarray(half))]) : raw;
  return Buffer.concat([sshString(algorithm), sshString(value)]);
}

/**
 * The algorithms to offer an identity with, best first: `offered` names what stands in the request, `signed` what the signature uses.
 * Servers that announce nothing (RFC 8308) are old: they know `ssh-rsa` alone, or SHA-2 without saying so.
 */
export function algorithmsFor(
  type: string,
  announced: readonly string[] | undefined,
): readonly { readonly offered: string; readonly signed: string }[] {
  const plain = plainType(type);
  if (plain !== "ssh-rsa") return [{ offered: type, signed: plain }];
  const known = announced ?? ["ssh-rsa", "rsa-sha2-256"];
  const wanted = announced ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : known;
  const usable = wanted.filter((name) => known.includes(name)).slice(0, announced ? 1 : 2);
  const suffix = type === plain ? undefined : "-cert-v01@openssh.com";
  return usable.map((signed) => ({ offered: suffix === undefined ? signed : `${signed}${suffix}`, signed }));
}
