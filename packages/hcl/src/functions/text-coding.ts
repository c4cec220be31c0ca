import { goQuote } from "@kiln/sdk";
import type { Fault, Outcome } from "../values/arithmetic.ts";
import { STRING } from "../values/type.ts";
import { stringValue, type Value } from "../values/value.ts";
import { type Functions, text } from "./arguments.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { ArgumentFault } from "./function.ts";
import { lazily } from "./suspension.ts";

const library = lazily(() => import("./charsets.ts"));

function encode([string, name]: readonly Value[]): Outcome {
  const charset = library().charset(name?.text ?? "");
  if (!charset) return unsupported(name);
  const bytes = charset.encode(string?.text ?? "");
  if (bytes) return stringValue(encodeBase64(bytes));
  return new ArgumentFault(0, `the given string contains characters that cannot be represented in ${charset.name}`);
}

function decode([source, name]: readonly Value[]): Outcome {
  const charset = library().charset(name?.text ?? "");
  if (!charset) return unsupported(name);
  const bytes = decodeBase64(source?.text ?? "");
  if (typeof bytes === "number") {
    return new ArgumentFault(0, `the given value is has an invalid base64 symbol at offset ${bytes}`);
  }
  const decoded = charset.decode(bytes);
  if (decoded !== undefined) return stringValue(decoded);
  return new ArgumentFault(0, `the given string contains symbols that are not defined for ${charset.name}`);
}

function unsupported(name: Value | undefined): Fault {
  return new ArgumentFault(1, `${goQuote(name?.text ?? "")} is not a supported IANA encoding name or alias`);
}

export const textCodingFunctions: Functions = {
  textencodebase64: { parameters: [text("string"), text("encoding")], returns: STRING, notNull: true, call: encode },
  textdecodebase64: { parameters: [text("source"), text("encoding")], returns: STRING, notNull: true, call: decode },
};
