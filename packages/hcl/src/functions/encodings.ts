import { Fault } from "../values/arithmetic.ts";
import { isWhollyKnown, unmarkDeep } from "../values/marks.ts";
import { definitelyNotNull } from "../values/refine.ts";
import { DYNAMIC, STRING } from "../values/type.ts";
import { stringValue, unknownValue, type Value } from "../values/value.ts";
import { anything, type Functions, text, textFunction } from "./arguments.ts";
import { decodeBase64, encodeBase64 } from "./base64.ts";
import { csvObjects } from "./csv.ts";
import type { FunctionSpec } from "./function.ts";
import { readJson } from "./json-read.ts";
import { jsonText } from "./json-text.ts";

export const utf8 = (s: string): Uint8Array => new TextEncoder().encode(s);
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text, or undefined if they are not UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

function decoded(source: string): Value | Fault {
  const bytes = decodeBase64(source);
  if (typeof bytes === "number") return new Fault(`failed to decode base64 data '${source}'`);
  const s = utf8Text(bytes);
  return s === undefined
    ? new Fault("the result of decoding the the provided string is not valid UTF-8")
    : stringValue(s);
}

/** A function whose result type is known only from its text. The last text is kept: it is asked for twice. */
export function reading(name: string, read: (text: string) => Value | Fault): FunctionSpec {
  let last: { readonly source: string; readonly result: Value | Fault } | undefined;
  const cached = (source: string): Value | Fault => {
    if (last?.source !== source) last = { source, result: read(source) };
    return last.result;
  };
  return {
    parameters: [text(name)],
    returns: ([source]) => {
      if (!source?.isKnown) return DYNAMIC;
      const made = cached(source.text);
      return made instanceof Fault ? made : made.type;
    },
    call: ([source]) => cached(source?.text ?? ""),
  };
}

/** Go's query escaping. */
function queryEscape(s: string): string {
  let out = "";
  for (const byte of utf8(s)) {
    const c = String.fromCharCode(byte);
    if (/[A-Za-z0-9_.~-]/.test(c)) out += c;
    else out += c === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function jsonEncoded([value]: readonly Value[]): Value | Fault {
  if (!value) return unknownValue(STRING);
  if (!isWhollyKnown(value)) return unknownValue(STRING, { notNull: true, ...jsonPrefix(value) });
  const json = jsonText(unmarkDeep(value));
  return json instanceof Fault ? json : stringValue(json);
}

/** The bracket or quote that the JSON of a value not yet known is certain to begin with. */
function jsonPrefix(value: Value): { readonly prefix?: string } {
  if (!definitelyNotNull(value)) return {};
  const { kind } = value.type;
  if (kind === "object" || kind === "map") return { prefix: "{" };
  if (kind === "tuple" || kind === "list" || kind === "set") return { prefix: "[" };
  return kind === "string" ? { prefix: '"' } : {};
}

export const encodingFunctions: Functions = {
  base64encode: textFunction(["str"], (s) => stringValue(encodeBase64(utf8(s as string))), false),
  base64decode: { parameters: [text("str")], returns: STRING, call: ([s]) => decoded(s?.text ?? "") },
  urlencode: textFunction(["str"], (s) => stringValue(queryEscape(s as string)), false),
  csvdecode: reading("str", csvObjects),
  jsondecode: reading("str", readJson),
  jsonencode: {
    parameters: [anything("val", { allowNull: true, allowUnknown: true, allowDynamic: true })],
    returns: STRING,
    notNull: true,
    call: jsonEncoded,
  },
};
