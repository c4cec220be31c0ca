/** Default precision, in bits, of numbers that come from text: what cty parses with. */
export const TEXT_PRECISION = 512;
/** Precision of numbers made from whole machine numbers (lengths, indexes). */
const INTEGER_PRECISION = 64;
/** Precision of numbers made from IEEE doubles. */
const DOUBLE_PRECISION = 53;

/** Number of significant bits of a non-negative whole number. */
export function bitLength(n: bigint): number {
  if (n <= 0xffffffffn) return 32 - Math.clz32(Number(n));
  const hex = n.toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex[0] ?? "0", 16)));
}

function trailingZeros(n: bigint): number {
  if ((n & 1n) === 1n) return 0;
  return bitLength(n & -n) - 1;
}

/**
 * Binary floating point of arbitrary precision: sign × mantissa × 2^exponent, rounded half to even to `precision` bits.
 * The semantics are those of Go's `big.Float`, which cty numbers are: the result of an operation has the larger of the
 * operands' precisions, zero has a sign, and there are two infinities. The mantissa is odd, or zero.
 */
export class BigFloat {
  readonly negative: boolean;
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly precision: number;
  readonly infinite: boolean;

  private constructor(negative: boolean, mantissa: bigint, exponent: number, precision: number, infinite: boolean) {
    this.negative = negative;
    this.mantissa = mantissa;
    this.exponent = exponent;
    this.precision = precision;
    this.infinite = infinite;
  }

  /** The number nearest to ±mantissa × 2^exponent at this precision. */
  static of(negative: boolean, mantissa: bigint, exponent: number, precision: number): BigFloat {
    if (mantissa === 0n) return new BigFloat(negative, 0n, 0, precision, false);
    let m = mantissa;
    let e = exponent;
    const excess = bitLength(m) - precision;
    if (excess > 0) {
      const shift = BigInt(excess);
      const rest = m & ((1n << shift) - 1n);
      const half = 1n << (shift - 1n);
      m >>= shift;
      e += excess;
      if (rest > half || (rest === half && (m & 1n) === 1n)) m += 1n;
    }
    const zeros = trailingZeros(m);
    if (zeros > 0) {
      m >>= BigInt(zeros);
      e += zeros;
    }
    // Go's exponent has 32 bits.
    const magnitude = e + bitLength(m);
    if (magnitude > 0x7fffffff) return BigFloat.infinity(negative, precision);
    if (magnitude < -0x80000000) return new BigFloat(negative, 0n, 0, precision, false);
    return new BigFloat(negative, m, e, precision, false);
  }

  static infinity(negative: boolean, precision: number = TEXT_PRECISION): BigFloat {
    return new BigFloat(negative, 0n, 0, precision, true);
  }

  /** A whole number, exactly: at least 64 bits of precision, more if it needs them. */
  static whole(n: number | bigint): BigFloat {
    if (typeof n === "number" && n >= 0 && n < 256) return smallWhole(n);
    const big = BigInt(n);
    const magnitude = big < 0n ? -big : big;
    return BigFloat.of(big < 0n, magnitude, 0, Math.max(INTEGER_PRECISION, bitLength(magnitude)));
  }

  /** An IEEE double, exactly, with a double's precision. NaN is not a number here: the caller must keep it out. */
  static double(x: number): BigFloat {
    if (!Number.isFinite(x)) return BigFloat.infinity(x < 0, DOUBLE_PRECISION);
    if (Number.isSafeInteger(x)) {
      return BigFloat.of(x < 0 || Object.is(x, -0), BigInt(Math.abs(x)), 0, DOUBLE_PRECISION);
    }
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, x);
    const bits = view.getBigUint64(0);
    const field = Number((bits >> 52n) & 0x7ffn);
    const fraction = bits & 0xfffffffffffffn;
    const mantissa = field === 0 ? fraction : fraction | (1n << 52n);
    return BigFloat.of(bits >> 63n === 1n, mantissa, (field === 0 ? 1 : field) - 1075, DOUBLE_PRECISION);
  }

  get isZero(): boolean {
    return this.mantissa === 0n && !this.infinite;
  }

  get isWhole(): boolean {
    return !this.infinite && this.exponent >= 0;
  }

  /** -1, 0 or 1. */
  get sign(): number {
    if (this.isZero) return 0;
    return this.negative ? -1 : 1;
  }

  withPrecision(precision: number): BigFloat {
    if (this.infinite) return BigFloat.infinity(this.negative, precision);
    return BigFloat.of(this.negative, this.mantissa, this.exponent, precision);
  }

  negate(): BigFloat {
    return new BigFloat(!this.negative, this.mantissa, this.exponent, this.precision, this.infinite);
  }

  abs(): BigFloat {
    return this.negative ? this.negate() : this;
  }

  /** The whole part, towards zero; undefined for infinities. Huge exponents are the caller's to refuse first. */
  truncate(): bigint | undefined {
    if (this.infinite) return undefined;
    const magnitude =
      this.exponent >= 0 ? this.mantissa << BigInt(this.exponent) : this.mantissa >> BigInt(-this.exponent);
    return this.negative ? -magnitude : magnitude;
  }

  /** The nearest double. */
  toNumber(): number {
    if (this.infinite) return this.negative ? -Infinity : Infinity;
    if (this.isZero) return this.negative ? -0 : 0;
    const rounded = this.withPrecision(DOUBLE_PRECISION);
    const top = rounded.exponent + bitLength(rounded.mantissa);
    if (top > 1024) return this.negative ? -Infinity : Infinity;
    let magnitude: number;
    if (top < -1021) {
      // Subnormal: round once, to the bits that are left.
      const kept = Math.max(top + 1074, 0);
      if (kept === 0) magnitude = top === -1074 && this.mantissa !== 1n ? 2 ** -1074 : 0;
      else {
        const small = BigFloat.of(false, this.mantissa, this.exponent, kept);
        magnitude = Number(small.mantissa) * 2 ** -1074 * 2 ** (small.exponent + 1074);
      }
    } else {
      const half = Math.trunc(rounded.exponent / 2);
      magnitude = Number(rounded.mantissa) * 2 ** half * 2 ** (rounded.exponent - half);
    }
    return this.negative ? -magnitude : magnitude;
  }

  /** -1, 0 or 1 as this is below, equal to or above the other. */
  compare(other: BigFloat): number {
    const a = this.sign;
    const b = other.sign;
    if (a !== b) return a < b ? -1 : 1;
    if (a === 0) return 0;
    return a * this.compareMagnitude(other);
  }

  equals(other: BigFloat): boolean {
    if (this.infinite || other.infinite) return this.infinite === other.infinite && this.negative === other.negative;
    if (this.mantissa !== other.mantissa || this.exponent !== other.exponent) return false;
    return this.mantissa === 0n || this.negative === other.negative;
  }

  private compareMagnitude(other: BigFloat): number {
    if (this.infinite || other.infinite) return Number(this.infinite) - Number(other.infinite);
    const top = this.exponent + bitLength(this.mantissa) - (other.exponent + bitLength(other.mantissa));
    if (top !== 0) return Math.sign(top);
    const low = Math.min(this.exponent, other.exponent);
    const x = this.mantissa << BigInt(this.exponent - low);
    const y = other.mantissa << BigInt(other.exponent - low);
    return x === y ? 0 : x < y ? -1 : 1;
  }

  /** Sum; undefined for infinities of opposite sign. */
  add(other: BigFloat): BigFloat | undefined {
    const precision = Math.max(this.precision, other.precision);
    if (this.infinite || other.infinite) {
      if (this.infinite && other.infinite && this.negative !== other.negative) return undefined;
      return BigFloat.infinity(this.infinite ? this.negative : other.negative, precision);
    }
    if (this.isZero && other.isZero) return BigFloat.of(this.negative && other.negative, 0n, 0, precision);
    if (this.isZero) return other.withPrecision(precision);
    if (other.isZero) return this.withPrecision(precision);
    const [high, low] = this.exponent >= other.exponent ? [this, other] : [other, this];
    const gap = high.exponent - low.exponent;
    const lowTop = low.exponent + bitLength(low.mantissa);
    if (high.exponent - lowTop > precision + 4) {
      // The small one only says on which side of the big one the sum lies.
      const shift = precision + 4;
      const nudged = (high.mantissa << BigInt(shift)) + (high.negative === low.negative ? 1n : -1n);
      return BigFloat.of(high.negative, nudged, high.exponent - shift, precision);
    }
    const a = (high.negative ? -high.mantissa : high.mantissa) << BigInt(gap);
    const sum = a + (low.negative ? -low.mantissa : low.mantissa);
    return BigFloat.of(sum < 0n, sum < 0n ? -sum : sum, low.exponent, precision);
  }

  subtract(other: BigFloat): BigFloat | undefined {
    const difference = this.add(other.negate());
    if (difference?.isZero === true)
      return BigFloat.of(this.isZero && this.negative && !other.negative, 0n, 0, difference.precision);
    return difference;
  }

  /** Product; undefined for zero times infinity. */
  multiply(other: BigFloat): BigFloat | undefined {
    const precision = Math.max(this.precision, other.precision);
    const negative = this.negative !== other.negative;
    if (this.infinite || other.infinite) {
      return this.isZero || other.isZero ? undefined : BigFloat.infinity(negative, precision);
    }
    return BigFloat.of(negative, this.mantissa * other.mantissa, this.exponent + other.exponent, precision);
  }

  /** Quotient; undefined for zero by zero and infinity by infinity. */
  divide(other: BigFloat): BigFloat | undefined {
    const precision = Math.max(this.precision, other.precision);
    const negative = this.negative !== other.negative;
    if ((this.isZero && other.isZero) || (this.infinite && other.infinite)) return undefined;
    if (this.infinite || other.isZero) return BigFloat.infinity(negative, precision);
    if (this.isZero || other.infinite) return BigFloat.of(negative, 0n, 0, precision);
    const shift = Math.max(0, precision + 3 + bitLength(other.mantissa) - bitLength(this.mantissa));
    const dividend = this.mantissa << BigInt(shift);
    let quotient = dividend / other.mantissa;
    let exponent = this.exponent - other.exponent - shift;
    if (quotient * other.mantissa !== dividend) {
      quotient = (quotient << 1n) | 1n; // a sticky bit: never exactly half way
      exponent -= 1;
    }
    return BigFloat.of(negative, quotient, exponent, precision);
  }
}

const small: (BigFloat | undefined)[] = [];

function smallWhole(n: number): BigFloat {
  let made = small[n];
  if (made === undefined) {
    made = BigFloat.of(false, BigInt(n), 0, INTEGER_PRECISION);
    small[n] = made;
  }
  return made;
}
