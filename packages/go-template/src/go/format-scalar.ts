import { goQuote, goQuoteRune, isPrintable } from "@kiln/sdk";
import type { FloatVerb } from "./float.ts";
import { formatFloat } from "./float.ts";
import type { FormatFlags } from "./format-flags.ts";
import { padded, padding } from "./format-flags.ts";
import { toBytes } from "./go-string.ts";
import { canBackquote } from "./quote.ts";

/** How single numbers and strings print under each verb and its flags. */

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

export const integerBase = (verb: string): number | undefined => (Object.hasOwn(bases, verb) ? bases[verb] : undefined);

/** An integer under `%d %b %o %O %x %X %v`. */
export function formatInteger(flags: FormatFlags, value: bigint, base: number, verb: string): string {
  const negative = value < 0n;
  const magnitude = negative ? -value : value;
  let least = 0;
  if (flags.precision !== undefined) {
    least = flags.precision;
    if (least === 0 && magnitude === 0n) return padding(flags, flags.width ?? 0, false);
  } else if (flags.zero && !flags.minus && flags.width !== undefined) {
    least = flags.width - (negative || flags.plus || flags.space ? 1 : 0);
  }
  let digits = magnitude.toString(base).padStart(least, "0");
  if (verb === "X") digits = digits.toUpperCase();
  if (flags.sharp) {
    if (base === 2) digits = `0b${digits}`;
    else if (base === 8 && !digits.startsWith("0")) digits = `0${digits}`;
    else if (base === 16) digits = (verb === "X" ? "0X" : "0x") + digits;
  }
  if (verb === "O") digits = `0o${digits}`;
  const sign = negative ? "-" : flags.plus ? "+" : flags.space ? " " : "";
  return padded(flags, sign + digits, false);
}

/** `%U`, and with `#` the character too. */
export function formatUnicode(flags: FormatFlags, value: bigint): string {
  const code = BigInt.asUintN(64, value);
  const least = Math.max(flags.precision ?? 4, 4);
  let text = `U+${code.toString(16).toUpperCase().padStart(least, "0")}`;
  if (flags.sharp && code <= 0x10ffffn && isPrintable(Number(code))) {
    text += ` '${String.fromCodePoint(Number(code))}'`;
  }
  return padded(flags, text, false);
}

const asRune = (value: bigint): number => (value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd);

/** `%c`: the character of a code point. */
export function formatCharacter(flags: FormatFlags, value: bigint): string {
  return padded(flags, String.fromCodePoint(asRune(value)).toWellFormed());
}

/** `%q` of an integer: a quoted character. */
export function formatQuotedCharacter(flags: FormatFlags, value: bigint): string {
  return padded(flags, goQuoteRune(asRune(value), flags.plus));
}

function truncated(flags: FormatFlags, text: string): string {
  return flags.precision === undefined ? text : Array.from(text).slice(0, flags.precision).join("");
}

/** `%s`: cut to the precision, filled to the width. */
export function formatString(flags: FormatFlags, text: string): string {
  return padded(flags, truncated(flags, text));
}

/** `%q` of a string. */
export function formatQuoted(flags: FormatFlags, text: string): string {
  const cut = truncated(flags, text);
  if (flags.sharp && canBackquote(cut)) return padded(flags, `\`${cut}\``);
  return padded(flags, goQuote(cut, flags.plus));
}

/** `%x` and `%X` of a string or bytes. */
export function formatHexBytes(flags: FormatFlags, data: string | Uint8Array, verb: string): string {
  const all = typeof data === "string" ? toBytes(data) : data;
  const bytes = flags.precision === undefined ? all : all.subarray(0, flags.precision);
  if (bytes.length === 0) return padding(flags, flags.width ?? 0);
  const prefix = flags.sharp ? "0x" : "";
  const pairs = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0"));
  const text = flags.space ? pairs.map((pair) => prefix + pair).join(" ") : prefix + pairs.join("");
  return padded(flags, verb === "X" ? text.toUpperCase() : text);
}

const floatDefaults: Readonly<Record<string, readonly [FloatVerb, number]>> = {
  v: ["g", -1],
  g: ["g", -1],
  G: ["G", -1],
  b: ["b", -1],
  x: ["x", -1],
  X: ["X", -1],
  e: ["e", 6],
  E: ["E", 6],
  f: ["f", 6],
  F: ["f", 6],
};

export const isFloatVerb = (verb: string): boolean => Object.hasOwn(floatDefaults, verb);

/** A float under any of its verbs. */
export function formatFloatVerb(flags: FormatFlags, value: number, size: 32 | 64, verb: string): string {
  const [letter, fallback] = floatDefaults[verb] ?? ["g", -1];
  const precision = flags.precision ?? fallback;
  const plain = formatFloat(value, letter, precision, size);
  let sign = /^[+-]/.test(plain) ? plain.slice(0, 1) : "+";
  let body = plain.replace(/^[+-]/, "");
  if (flags.space && sign === "+" && !flags.plus) sign = " ";
  if (body === "Inf" || body === "NaN") {
    const bare = body === "NaN" && !flags.space && !flags.plus;
    return padded(flags, bare ? body : sign + body, false);
  }
  if (flags.sharp && letter !== "b") body = withPoint(body, letter, precision);
  if (sign === "+" && !flags.plus) return padded(flags, body);
  if (flags.zero && !flags.minus && flags.width !== undefined && flags.width > body.length + 1) {
    return sign + padding(flags, flags.width - body.length - 1) + body;
  }
  return padded(flags, sign + body);
}

/** `#`: always a decimal point, and for `%g` the trailing zeros of the precision. */
function withPoint(body: string, letter: FloatVerb, precision: number): string {
  const isHex = letter === "x" || letter === "X";
  const cut = body.search(isHex ? /[pP]/ : /[eEpP]/);
  let head = cut < 0 ? body : body.slice(0, cut);
  const tail = cut < 0 ? "" : body.slice(cut);
  let missing = letter === "g" || letter === "G" || letter === "x" ? (precision === -1 ? 6 : precision) : 0;
  const significant = head.replace(".", "").replace(/^0+/, "");
  missing -= significant.length;
  if (!head.includes(".")) {
    if (head === "0") missing--;
    head += ".";
  }
  return head + "0".repeat(Math.max(missing, 0)) + tail;
}
