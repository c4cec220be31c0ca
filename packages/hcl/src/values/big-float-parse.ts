import { BigFloat, bitLength, TEXT_PRECISION } from "./big-float.ts";

const NUMBER = /^([+-]?)(?:(\d*)(?:\.(\d*))?(?:([eEpP])([+-]?\d+))?|([iI]nf))$/;
/** Largest power of five that Go multiplies in exactly before it starts squaring. */
const POW5_EXACT = 27;

/** 5^n at the working precision Go uses, so that the last bit of huge and tiny literals agrees with it. */
function powerOfFive(n: number, precision: number): BigFloat {
  if (n <= POW5_EXACT) return BigFloat.of(false, 5n ** BigInt(n), 0, precision);
  let power = BigFloat.of(false, 5n ** BigInt(POW5_EXACT), 0, precision);
  let square = BigFloat.of(false, 5n, 0, precision + 64);
  for (let rest = n - POW5_EXACT; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = (power.multiply(square) ?? power).withPrecision(precision);
    square = square.multiply(square) ?? square;
  }
  return power;
}

/** What Go's `big.ParseFloat(text, 10, 512, ToNearestEven)` reads; undefined where it reports an error. */
export function parseNumber(text: string, precision: number = TEXT_PRECISION): BigFloat | undefined {
  if (text.length > 0 && text.length < 16 && /^\d+$/.test(text)) {
    return BigFloat.of(false, BigInt(text), 0, precision);
  }
  const match = NUMBER.exec(text);
  if (!match) return undefined;
  const [, sign, whole = "", fraction = "", marker, exponentText, infinity] = match;
  const negative = sign === "-";
  if (infinity !== undefined) return BigFloat.infinity(negative, precision);
  if (whole === "" && fraction === "") return undefined;
  const mantissa = BigInt(whole + fraction);
  if (mantissa === 0n) return BigFloat.of(negative, 0n, 0, precision);
  const exponent = exponentText === undefined ? 0 : Number(exponentText);
  let power10 = -fraction.length;
  let power2 = 0;
  if (marker === "p" || marker === "P") power2 = exponent;
  else power10 += exponent;
  if (Math.abs(power2) > 0x7fffffff || Math.abs(power10) > 0x7fffffff) return undefined;
  if (Math.abs(power10) > 700_000_000 && bitLength(mantissa) < 1000) {
    return power10 > 0 ? BigFloat.infinity(negative, precision) : BigFloat.of(negative, 0n, 0, precision);
  }
  if (power10 === 0) return BigFloat.of(negative, mantissa, power2, precision);
  const scale = powerOfFive(Math.abs(power10), precision + 64);
  // Unrounded, as Go keeps the digits that were read until the one rounding at the end.
  const digits = BigFloat.of(negative, mantissa, power2 + power10, Math.max(precision, bitLength(mantissa)));
  const exact = power10 > 0 ? digits.multiply(scale) : divideAt(digits, scale, precision);
  return exact?.withPrecision(precision);
}

function divideAt(a: BigFloat, b: BigFloat, precision: number): BigFloat {
  const shift = Math.max(0, precision + 3 + bitLength(b.mantissa) - bitLength(a.mantissa));
  const dividend = a.mantissa << BigInt(shift);
  const quotient = dividend / b.mantissa;
  const sticky = quotient * b.mantissa === dividend ? 0n : 1n;
  return BigFloat.of(a.negative, (quotient << 1n) | sticky, a.exponent - b.exponent - shift - 1, precision);
}
