import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A certificate of the machine's store, with its key. */
export interface Certificate {
  readonly thumbprint: string;
  readonly subject: string;
  readonly cert: string;
  readonly key: string;
}

/** The store `Cert:\LocalMachine\My`. */
export class Certificates {
  readonly #all: Certificate[];
  constructor(stored: readonly Certificate[] = []) {
    this.#all = [...stored];
  }
  stored(): readonly Certificate[] {
    return this.#all;
  }
  find(thumbprint: string): Certificate | undefined {
    const wanted = thumbprint.replace(/\s/g, "").toLowerCase();
    return this.#all.find((one) => one.thumbprint.toLowerCase() === wanted);
  }
  /** Makes a self-signed one for a name, good for a year. */
  create(name: string, now: number): Certificate {
    const made = selfSigned(name, now);
    this.#all.push(made);
    return made;
  }
}

/** Writes an X.509 certificate with RSA and SHA-256. Source: RFC 5280 §4.1. */
function selfSigned(name: string, now: number): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const algorithm = sequence(objectId([42, 134, 72, 134, 247, 13, 1, 1, 11]), der(5, Buffer.alloc(0)));
  const subject = sequence(der(0x31, sequence(objectId([85, 4, 3]), der(12, Buffer.from(name)))));
  const isAddress = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  const alternative = sequence(
    isAddress ? der(0x87, Buffer.from(name.split(".").map(Number))) : der(0x82, Buffer.from(name, "latin1")),
  );
  const extensions = sequence(sequence(objectId([85, 29, 17]), der(4, alternative)));
  const body = sequence(
    der(0xa0, der(2, Buffer.from([2]))),
    der(2, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    subject,
    sequence(time(now - 86_400_000), time(now + 365 * 86_400_000)),
    subject,
    spki(publicKey),
    der(0xa3, extensions),
  );
  const signature = sign("sha256", body, privateKey);
  const whole = sequence(body, algorithm, der(3, Buffer.concat([Buffer.from([0]), signature])));
  const pem = whole.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    thumbprint: createHash("sha1").update(whole).digest("hex").toUpperCase(),
    subject: `CN=${name}`,
    cert: `-----BEGIN CERTIFICATE-----\n${pem}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}
function objectId(bytes: readonly number[]): Buffer {
  return der(6, Buffer.from(bytes));
}
function time(ms: number): Buffer {
  return der(24, Buffer.from(`${new Date(ms).toISOString().replace(/[-:T]|\.\d+/g, "")}`));
}
function spki(key: KeyObject): Buffer {
  return key.export({ type: "spki", format: "der" });
}
