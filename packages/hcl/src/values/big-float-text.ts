import { type BigFloat, bitLength } from "./big-float.ts";

/** Decimal digits without leading or trailing zeros, with the point before the digit at `point`: 0.digits × 10^point. */
interface Decimal {
  readonly digits: string;
  readonly point: number;
}

/** Beyond this many bits a number is not written out digit by digit; nobody can read it and memory would not hold it. */
const WRITABLE_BITS = 400_000;

function exactDecimal(mantissa: bigint, exponent: number): Decimal {
  if (mantissa === 0n) return { digits: "", point: 0 };
  const text = (exponent >= 0 ? mantissa << BigInt(exponent) : mantissa * 5n ** BigInt(-exponent)).toString();
  return { digits: text.replace(/0+$/, ""), point: text.length + Math.min(exponent, 0) };
}

function roundDown(d: Decimal, n: number): Decimal {
  if (n < 0 || n >= d.digits.length) return d;
  const digits = d.digits.slice(0, n).replace(/0+$/, "");
  return { digits, point: digits === "" ? 0 : d.point };
}

function roundUp(d: Decimal, n: number): Decimal {
  if (n < 0 || n >= d.digits.length) return d;
  let i = n;
  while (i > 0 && d.digits[i - 1] === "9") i--;
  if (i === 0) return { digits: "1", point: d.point + 1 };
  return { digits: d.digits.slice(0, i - 1) + String(Number(d.digits[i - 1]) + 1), point: d.point };
}

function roundTo(d: Decimal, n: number): Decimal {
  if (n < 0 || n >= d.digits.length) return d;
  const next = d.digits[n] ?? "0";
  const half = next === "5" && n + 1 === d.digits.length;
  const up = half ? n > 0 && Number(d.digits[n - 1]) % 2 === 1 : next >= "5";
  return up ? roundUp(d, n) : roundDown(d, n);
}

/** The fewest digits that still read back as `x` at its precision, chosen digit by digit as Go's big.Float does. */
function shortest(x: BigFloat): Decimal {
  const exact = exactDecimal(x.mantissa, x.exponent);
  const widen = x.precision + 1 - bitLength(x.mantissa);
  const mantissa = widen >= 0 ? x.mantissa << BigInt(widen) : x.mantissa >> BigInt(-widen);
  const exponent = x.exponent - widen;
  const lower = exactDecimal(mantissa - 1n, exponent).digits;
  const upper = exactDecimal(mantissa + 1n, exponent).digits;
  const inclusive = (mantissa & 2n) === 0n;
  for (let i = 0; i < exact.digits.length; i++) {
    const m = exact.digits[i] ?? "0";
    const l = lower[i] ?? "0";
    const u = upper[i] ?? "0";
    const down = l !== m || (inclusive && i + 1 === lower.length);
    const up = m !== u && (inclusive || Number(m) + 1 < Number(u) || i + 1 < upper.length);
    if (down && up) return roundTo(exact, i + 1);
    if (down) return roundDown(exact, i + 1);
    if (up) return roundUp(exact, i + 1);
  }
  return exact;
}

function fixed(d: Decimal, decimals: number): string {
  const whole = d.point > 0 ? d.digits.slice(0, d.point).padEnd(d.point, "0") : "0";
  if (decimals <= 0) return whole;
  const zeros = "0".repeat(Math.min(decimals, Math.max(0, -d.point)));
  const rest = d.digits.slice(Math.max(0, d.point));
  return `${whole}.${(zeros + rest).slice(0, decimals).padEnd(decimals, "0")}`;
}

function scientific(d: Decimal, decimals: number, letter: string): string {
  const first = d.digits[0] ?? "0";
  const more = d.digits.slice(1, 1 + Math.max(0, decimals)).padEnd(Math.max(0, decimals), "0");
  const exponent = d.digits === "" ? 0 : d.point - 1;
  const power = String(Math.abs(exponent)).padStart(2, "0");
  return `${first}${decimals > 0 ? `.${more}` : ""}${letter}${exponent < 0 ? "-" : "+"}${power}`;
}

/**
 * Go's `big.Float.Text`: format `f`, `e` or `g` (or upper case), `decimals` digits after the point (`g`: in all), or the
 * shortest that reads back when it is negative.
 */
export function formatNumber(x: BigFloat, format: "f" | "e" | "g" | "E" | "G", decimals: number): string {
  const sign = x.negative ? "-" : "";
  if (x.infinite) return `${x.negative ? "-" : "+"}Inf`;
  const huge = Math.abs(x.exponent) > WRITABLE_BITS;
  if (huge) return `${sign}0x${x.mantissa.toString(16)}p${x.exponent < 0 ? "" : "+"}${x.exponent}`;
  const wasShortest = decimals < 0;
  let d: Decimal;
  let n = decimals;
  if (wasShortest) {
    d = x.isZero ? { digits: "", point: 0 } : shortest(x);
    if (format === "f") n = Math.max(d.digits.length - d.point, 0);
    else n = format === "g" || format === "G" ? d.digits.length : d.digits.length - 1;
  } else {
    d = exactDecimal(x.mantissa, x.exponent);
    if (format === "f") d = roundTo(d, d.point + n);
    else if (format === "e" || format === "E") d = roundTo(d, n + 1);
    else {
      if (n === 0) n = 1;
      d = roundTo(d, n);
    }
  }
  if (format === "f") return sign + fixed(d, n);
  if (format === "e" || format === "E") return sign + scientific(d, n, format);
  let switchAt = n;
  if (switchAt > d.digits.length && d.digits.length >= d.point) switchAt = d.digits.length;
  if (wasShortest) switchAt = 6;
  const exponent = d.point - 1;
  if (exponent < -4 || exponent >= switchAt) {
    return sign + scientific(d, Math.min(n, d.digits.length) - 1, format === "g" ? "e" : "E");
  }
  return sign + fixed(d, Math.max(d.digits.length - d.point, 0));
}

/** How a number reads when it becomes a string: all digits, no exponent. */
export function numberText(x: BigFloat): string {
  if (x.infinite) return x.negative ? "-Inf" : "+Inf";
  if (x.exponent >= 0 && x.exponent + bitLength(x.mantissa) <= x.precision && x.exponent < 1024) {
    // A whole number within its precision is always written in full.
    return (x.negative ? "-" : "") + (x.mantissa << BigInt(x.exponent)).toString();
  }
  return formatNumber(x, "f", -1);
}
