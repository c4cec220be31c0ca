/** Go's `strconv.FormatFloat`, exact and rounding half to even, for 32 and 64 bits. */

/** Decimal digits without trailing zeros; the point stands before digit number `point`. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

export type FloatVerb = "e" | "E" | "f" | "g" | "G" | "b" | "x" | "X";

const view = new DataView(new ArrayBuffer(8));

interface Bits {
  readonly mantissa: bigint;
  /** value = mantissa × 2^exponent */
  readonly exponent: number;
}

function bitsOf(value: number, size: 32 | 64): Bits {
  if (size === 32) {
    view.setFloat32(0, value);
    const raw = view.getUint32(0);
    const exponent = (raw >>> 23) & 0xff;
    const fraction = BigInt(raw & 0x7fffff);
    return exponent === 0
      ? { mantissa: fraction, exponent: -149 }
      : { mantissa: fraction | 0x800000n, exponent: exponent - 150 };
  }
  view.setFloat64(0, value);
  const raw = view.getBigUint64(0);
  const exponent = Number((raw >> 52n) & 0x7ffn);
  const fraction = raw & 0xfffffffffffffn;
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: exponent - 1075 };
}

function trimmed(digits: string, point: number): Decimal {
  const clean = digits.replace(/0+$/, "");
  return clean === "" ? { digits: "", point: 0 } : { digits: clean, point };
}

function exactDecimal(magnitude: number, size: 32 | 64): Decimal {
  const { mantissa, exponent } = bitsOf(magnitude, size);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}

/** The fewest digits that read back as the same number. */
function shortestDecimal(magnitude: number, size: 32 | 64): Decimal {
  let text = magnitude.toExponential();
  if (size === 32) {
    for (let precision = 0; precision < 10; precision++) {
      text = magnitude.toExponential(precision);
      if (Math.fround(Number(text)) === magnitude) break;
    }
  }
  const [digits = "", exponent = "0"] = text.split("e");
  return trimmed(digits.replace(".", ""), Number(exponent) + 1);
}

/** Keeps `count` digits (none when negative), half to even on the exact value. */
function rounded(value: Decimal, count: number): Decimal {
  if (count >= value.digits.length) return value;
  if (count < 0) return { digits: "", point: 0 };
  const next = value.digits.charCodeAt(count) - 48;
  const exactHalf = next === 5 && count + 1 === value.digits.length;
  const lastOdd = count > 0 && (value.digits.charCodeAt(count - 1) - 48) % 2 === 1;
  if (!(next > 5 || (next === 5 && (!exactHalf || lastOdd)))) return trimmed(value.digits.slice(0, count), value.point);
  const up = (BigInt(value.digits.slice(0, count) || "0") + 1n).toString().padStart(count, "0");
  return trimmed(up, value.point + (up.length - count));
}

function scientific(sign: string, value: Decimal, precision: number, letter: string): string {
  const digits = value.digits.padEnd(precision + 1, "0");
  const exponent = value.digits === "" ? 0 : value.point - 1;
  const fraction = precision > 0 ? `.${digits.slice(1, precision + 1)}` : "";
  const size = Math.abs(exponent).toString().padStart(2, "0");
  return `${sign}${digits[0] ?? "0"}${fraction}${letter}${exponent < 0 ? "-" : "+"}${size}`;
}

function fixed(sign: string, value: Decimal, precision: number): string {
  const whole = value.point > 0 ? value.digits.slice(0, value.point).padEnd(value.point, "0") : "0";
  if (precision <= 0) return sign + whole;
  const all = value.point > 0 ? value.digits.slice(value.point) : "0".repeat(-value.point) + value.digits;
  return `${sign}${whole}.${all.slice(0, precision).padEnd(precision, "0")}`;
}

function general(sign: string, value: Decimal, precision: number, shortest: boolean, letter: string): string {
  const count = value.digits.length;
  let limit = precision;
  if (limit > count && count >= value.point) limit = count;
  if (shortest) limit = 6;
  const exponent = value.point - 1;
  if (exponent < -4 || exponent >= limit) {
    return scientific(sign, value, Math.min(precision, count) - 1, letter);
  }
  return fixed(sign, value, Math.max(count - value.point, 0));
}

function hexadecimal(sign: string, magnitude: number, size: 32 | 64, precision: number, upper: boolean): string {
  let { mantissa, exponent } = bitsOf(magnitude, size);
  if (mantissa === 0n) exponent = 0;
  else {
    // The leading 1 goes to bit 60, so that 15 hexadecimal digits follow the point.
    const shift = 61 - mantissa.toString(2).length;
    mantissa <<= BigInt(shift);
    exponent = exponent - shift + 60;
  }
  if (precision >= 0 && precision < 15) {
    const drop = BigInt((15 - precision) * 4);
    const rest = mantissa & ((1n << drop) - 1n);
    const half = 1n << (drop - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++;
    mantissa <<= drop;
    if (mantissa >> 61n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  let fraction = (mantissa & ((1n << 60n) - 1n)).toString(16).padStart(15, "0");
  fraction = precision < 0 ? fraction.replace(/0+$/, "") : fraction.slice(0, precision).padEnd(precision, "0");
  const power = Math.abs(exponent).toString().padStart(2, "0");
  const body = `0x${mantissa >> 60n}${fraction && `.${fraction}`}p${exponent < 0 ? "-" : "+"}${power}`;
  return sign + (upper ? body.toUpperCase() : body);
}

/** Formats as Go's `strconv.FormatFloat(value, verb, precision, size)`; precision -1 is "as few digits as needed". */
export function formatFloat(value: number, verb: FloatVerb, precision: number, size: 32 | 64 = 64): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value < 0 ? "-Inf" : "+Inf";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const magnitude = Math.abs(value);
  if (verb === "b") {
    const { mantissa, exponent } = bitsOf(magnitude, size);
    return `${sign}${mantissa}p${exponent < 0 ? "" : "+"}${exponent}`;
  }
  if (verb === "x" || verb === "X") return hexadecimal(sign, magnitude, size, precision, verb === "X");
  const shortest = precision < 0;
  const decimal = shortest ? shortestDecimal(magnitude, size) : exactDecimal(magnitude, size);
  const count = decimal.digits.length;
  switch (verb) {
    case "e":
    case "E": {
      const places = shortest ? Math.max(count - 1, 0) : precision;
      return scientific(sign, rounded(decimal, places + 1), places, verb);
    }
    case "f": {
      const places = shortest ? Math.max(count - decimal.point, 0) : precision;
      return fixed(sign, rounded(decimal, decimal.point + places), places);
    }
    default: {
      const digits = shortest ? count : precision === 0 ? 1 : precision;
      const letter = verb === "g" ? "e" : "E";
      return general(sign, rounded(decimal, digits), digits, shortest, letter);
    }
  }
}
