import { Refusal } from "../../system/refusal.ts";
import { Decimal, Double } from "../values/double.ts";
import type { Value } from "../values/value.ts";

const multipliers: Readonly<Record<string, bigint>> = {
  kb: 1024n,
  mb: 1024n ** 2n,
  gb: 1024n ** 3n,
  tb: 1024n ** 4n,
  pb: 1024n ** 5n,
};

/** A number as scripts write it. */
export const numberPattern = /(?:0x[0-9a-f]+|(?:\d+\.\d*|\.\d+|\d+)(?:e[+-]?\d+)?)(?:l|d)?(?:kb|mb|gb|tb|pb)?/iy;

/** The value of a number in a script; undefined when the text is none. */
export function numberFrom(text: string): Value | undefined {
  const match = /^([+-]?)(0x[0-9a-f]+|(?:\d+\.\d*|\.\d+|\d+)(?:e[+-]?\d+)?)(l|d)?(kb|mb|gb|tb|pb)?$/i.exec(text);
  if (!match) return undefined;
  const [, sign = "", digits = "", suffix = "", unit = ""] = match;
  if (suffix.toLowerCase() === "d" && !/^0x/i.test(digits)) throw new Refusal(`decimal numbers (${text})`);
  const factor = unit === "" ? 1n : (multipliers[unit.toLowerCase()] ?? 1n);
  const isHex = /^0x/i.test(digits);
  if (!isHex && /[.e]/i.test(digits)) {
    return new Double(Number(`${sign}${digits}`) * Number(factor));
  }
  const magnitude = BigInt(digits) * factor;
  // 0xFFFFFFFF is -1, as the bits of an Int32.
  const whole = isHex && suffix === "" && digits.length <= 10 ? BigInt.asIntN(32, magnitude) : magnitude;
  const signed = sign === "-" ? -whole : whole;
  if (suffix !== "") return BigInt.asIntN(64, signed);
  return isLong(signed) || magnitude > largestDecimal ? integer(signed) : new Decimal(signed);
}

const largestDecimal = 2n ** 96n - 1n;
const isLong = (value: bigint): boolean => value >= -(2n ** 63n) && value < 2n ** 63n;

/** An Int32 where it fits, an Int64 where that does, else a Double. */
export function integer(value: bigint): Value {
  if (value >= -2147483648n && value <= 2147483647n) return Number(value);
  if (isLong(value)) return value;
  return new Double(Number(value));
}
