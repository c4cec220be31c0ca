import { goQuote } from "@kiln/sdk";
import { unquoteRune } from "./quote.ts";

/** A complex number; Go templates have literals such as `2i` and `1+2i`. */
export interface Complex {
  readonly re: number;
  readonly im: number;
}

/** An untyped constant: every Go kind that can hold it exactly has its member. */
export interface NumberConstant {
  readonly int?: bigint;
  readonly uint?: bigint;
  readonly float?: number;
  readonly complex?: Complex;
}

/** The constant, or Go's complaint about the text. */
export type NumberReading = NumberConstant | { readonly error: string };

const maxUint = 2n ** 64n - 1n;
const maxInt = 2n ** 63n - 1n;
const minInt = -(2n ** 63n);

/** Underscores stand only between digits, or after a base prefix. */
function underscoresOk(text: string): boolean {
  const body = text.replace(/^[+-]/, "");
  const based = /^0[xXbBoO]/.test(body);
  const digits = based ? body.slice(2) : body;
  const isDigit = based && /^0[xX]/.test(body) ? /[0-9a-fA-F]/ : /[0-9]/;
  let before = based ? "digit" : "other";
  for (const char of digits) {
    if (char === "_") {
      if (before !== "digit") return false;
      before = "underscore";
    } else {
      const kind = isDigit.test(char) ? "digit" : "other";
      if (before === "underscore" && kind !== "digit") return false;
      before = kind;
    }
  }
  return before !== "underscore";
}

/** Go's `strconv.ParseInt(text, 0, …)` without a size limit. */
function readInteger(text: string): bigint | undefined {
  if (text.includes("_") && !underscoresOk(text)) return undefined;
  const match = /^([+-]?)(0[xX]_?[0-9a-fA-F_]+|0[bB]_?[01_]+|0[oO]_?[0-7_]+|0[0-7_]*|[1-9][0-9_]*)$/.exec(text);
  if (!match) return undefined;
  const digits = (match[2] ?? "").replaceAll("_", "").toLowerCase();
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === "-" ? -magnitude : magnitude;
}

function readHexFloat(sign: string, whole: string, fraction: string, exponent: string): number {
  let mantissa = BigInt(`0x${whole}${fraction}`);
  let power = Number(exponent) - 4 * fraction.length;
  // Keep 64 leading bits and one sticky bit: more than a double can tell apart.
  const spare = mantissa.toString(2).length - 64;
  if (spare > 0) {
    const dropped = mantissa & ((1n << BigInt(spare)) - 1n);
    mantissa = ((mantissa >> BigInt(spare)) << 1n) | (dropped === 0n ? 0n : 1n);
    power += spare - 1;
  }
  let value = Number(mantissa);
  // In steps, so that 2 ** power neither overflows nor underflows on the way.
  while (power > 0 && value !== 0 && Number.isFinite(value)) {
    const step = Math.min(power, 1000);
    value *= 2 ** step;
    power -= step;
  }
  while (power < 0 && value !== 0) {
    const step = Math.max(power, -1000);
    value *= 2 ** step;
    power -= step;
  }
  return sign === "-" ? -value : value;
}

/** Go's `strconv.ParseFloat(text, 64)`; out of range is undefined, as an error is. */
export function readFloat(text: string): number | undefined {
  if (text.includes("_") && !underscoresOk(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const hex = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/.exec(plain);
  let value: number;
  if (hex) {
    const [, sign = "", whole = "", fraction = "", exponent = "0"] = hex;
    if (whole + fraction === "") return undefined;
    value = readHexFloat(sign, whole, fraction, exponent);
  } else if (/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$/.test(plain)) value = Number(plain);
  else return undefined;
  return Number.isFinite(value) ? value : undefined;
}

function integersIn(value: number): NumberConstant {
  if (!Number.isInteger(value)) return {};
  const whole = BigInt(value);
  return {
    ...(whole >= minInt && whole <= maxInt && { int: whole }),
    ...(whole >= 0n && whole <= maxUint && { uint: whole }),
  };
}

function fromComplex(complex: Complex): NumberConstant {
  return complex.im === 0 ? { complex, float: complex.re, ...integersIn(complex.re) } : { complex };
}

/** Reads a character literal such as `'a'`. */
export function readCharacter(text: string): NumberReading {
  const code = unquoteRune(text);
  if (code === "malformed") return { error: `malformed character constant: ${text}` };
  if (code === "invalid syntax") return { error: code };
  return { int: BigInt(code), uint: BigInt(code), float: code };
}

const decimalPart = /^([+-]?[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]+)?)([+-].*)i$/;
const hexPart = /^([+-]?0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]+)?)([+-].*)i$/;

/** Reads a complex literal with both parts, such as `1+2i`. */
export function readComplex(text: string): NumberReading {
  const split = hexPart.exec(text) ?? decimalPart.exec(text);
  if (!split?.slice(1).every((part) => /[0-9.]/.test(part))) return { error: "syntax error scanning complex number" };
  const [, first = "", second = ""] = split;
  const re = readFloat(first);
  if (re === undefined) return { error: floatProblem(first) };
  const im = readFloat(second);
  return im === undefined ? { error: floatProblem(second) } : fromComplex({ re, im });
}

function floatProblem(text: string): string {
  const plain = /^[+-]?[0-9.]+([eE][+-]?[0-9]+)?$/.test(text) && !Number.isFinite(Number(text));
  return `strconv.ParseFloat: parsing ${goQuote(text)}: ${plain ? "value out of range" : "invalid syntax"}`;
}

/** Reads any other number literal as Go's template parser does. */
export function readNumber(text: string): NumberReading {
  if (text.endsWith("i")) {
    const im = readFloat(text.slice(0, -1));
    if (im !== undefined) return fromComplex({ re: 0, im });
  }
  const whole = readInteger(text);
  const isInt = whole !== undefined && whole >= minInt && whole <= maxInt;
  const isUint = whole !== undefined && whole <= maxUint && (/^[0-9]/.test(text) ? whole >= 0n : whole === 0n);
  if (whole !== undefined && (isInt || isUint)) {
    return { ...(isInt && { int: whole }), ...(isUint && { uint: whole }), float: Number(whole) };
  }
  const float = readFloat(text);
  if (float === undefined) return { error: `illegal number syntax: ${goQuote(text)}` };
  if (!/[.eEpP]/.test(text)) return { error: `integer overflow: ${goQuote(text)}` };
  return { float, ...integersIn(float) };
}
