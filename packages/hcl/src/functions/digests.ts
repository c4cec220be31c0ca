import { goQuote } from "@kiln/sdk";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { STRING } from "../values/type.ts";
import { stringValue, type Value } from "../values/value.ts";
import { type Functions, number, text, wholeNumber } from "./arguments.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { utf8, utf8Text } from "./encodings.ts";
import type { FunctionSpec } from "./function.ts";
import type { FunctionHost } from "./host.ts";
import { lazily } from "./suspension.ts";

const hashes = lazily(() => import("./digest-library.ts"));
const bcryptLibrary = lazily(() => import("./bcrypt-library.ts"));
const deflate = lazily(() => import("./gzip-library.ts"));
const rsa = lazily(() => import("./rsa.ts"));

const digest = (algorithm: "md5" | "sha1" | "sha256" | "sha512"): FunctionSpec => ({
  parameters: [text("str")],
  returns: STRING,
  call: ([s]) => stringValue(hex(hashes().digest(algorithm, utf8(s?.text ?? "")))),
});

const hex = (bytes: Uint8Array): string => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");

const NAMESPACES: Readonly<Record<string, string>> = {
  dns: "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
  url: "6ba7b811-9dad-11d1-80b4-00c04fd430c8",
  oid: "6ba7b812-9dad-11d1-80b4-00c04fd430c8",
  x500: "6ba7b814-9dad-11d1-80b4-00c04fd430c8",
};

/** The forms that Go's uuid package reads: plain, in braces, as a URN, or hex digits only. */
function uuidBytes(given: string): Uint8Array | Fault {
  let s = given;
  if (s.length === 45 && s.toLowerCase().startsWith("urn:uuid:")) s = s.slice(9);
  else if (s.length === 38) s = s.slice(1, -1);
  else if (s.length !== 36 && s.length !== 32) return new Fault(`invalid UUID length: ${utf8(given).length}`);
  const plain = /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/.test(s)
    ? s.replaceAll("-", "")
    : s;
  if (!/^[0-9a-fA-F]{32}$/.test(plain)) return new Fault("invalid UUID format");
  return Uint8Array.from(plain.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function uuidText(bytes: Uint8Array, version: number): string {
  const b = bytes.slice(0, 16);
  b[6] = ((b[6] ?? 0) & 0x0f) | (version << 4);
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  return hex(b).replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function uuid5([namespace, name]: readonly Value[]): Outcome {
  const given = namespace?.text ?? "";
  const space = uuidBytes(NAMESPACES[given] ?? given);
  if (space instanceof Fault) return new Fault(`uuidv5() doesn't support namespace ${given} (${space.message})`);
  const tail = utf8(name?.text ?? "");
  const all = new Uint8Array(16 + tail.length);
  all.set(space);
  all.set(tail, 16);
  return stringValue(uuidText(hashes().digest("sha1", all), 5));
}

const MOST_COSTLY = 31;

/** A bcrypt hash; a cost below 4 becomes the default of 10. */
function bcrypt(host: FunctionHost, [secret, ...costs]: readonly Value[]): Outcome {
  const fail = (why: string): Fault => new Fault(`error occured generating password crypto/bcrypt: ${why}`);
  if (costs.length > 1) return new Fault("bcrypt() takes no more than two arguments");
  const given = costs[0] ? wholeNumber(costs[0]) : 10;
  if (given instanceof Fault) return given;
  if (given > MOST_COSTLY) return fail(`cost ${given} is outside allowed inclusive range 4..31`);
  const password = utf8(secret?.text ?? "");
  if (password.length > 72) {
    return new Fault("error occured generating password bcrypt: password length exceeds 72 bytes");
  }
  return stringValue(bcryptLibrary().hash(secret?.text ?? "", given < 4 ? 10 : given, host.randomBytes(16)));
}

function rsaDecrypt([ciphertext, key]: readonly Value[]): Outcome {
  const bytes = decodeBase64(ciphertext?.text ?? "");
  const library = rsa();
  if (typeof bytes === "number")
    return new Fault(`failed to decode input ${goQuote(ciphertext?.text ?? "")}: cipher text must be base64-encoded`);
  const parsed = library.parsePrivateKey(key?.text ?? "");
  if (parsed instanceof Fault) return parsed;
  const plain = library.decryptPkcs1(parsed, bytes);
  if (!plain) return new Fault("failed to decrypt");
  return stringValue(utf8Text(plain) ?? new TextDecoder().decode(plain));
}

/** Hashes, UUIDs, compression and decryption; the code for each is loaded when it is first called. */
export function digestFunctions(host: FunctionHost): Functions {
  return {
    md5: digest("md5"),
    sha1: digest("sha1"),
    sha256: digest("sha256"),
    sha512: digest("sha512"),
    uuidv4: { parameters: [], returns: STRING, call: () => stringValue(uuidText(host.randomBytes(16), 4)) },
    uuidv5: { parameters: [text("namespace"), text("name")], returns: STRING, call: uuid5 },
    bcrypt: {
      parameters: [text("str")],
      variadic: number("cost"),
      returns: STRING,
      call: (args) => bcrypt(host, args),
    },
    base64gzip: {
      parameters: [text("str")],
      returns: STRING,
      call: ([s]) => stringValue(encodeBase64(deflate().gzip(utf8(s?.text ?? "")))),
    },
    rsadecrypt: { parameters: [text("ciphertext"), text("privatekey")], returns: STRING, call: rsaDecrypt },
  };
}
