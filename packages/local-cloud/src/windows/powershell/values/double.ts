import { Refusal } from "../../system/refusal.ts";
import { NetObject } from "./value.ts";

/** A System.Double. */
export class Double extends NetObject {
  readonly typeName = "System.Double";
  readonly value: number;
  constructor(value: number) {
    super();
    this.value = value;
  }
  /** Fifteen significant digits, as the .NET Framework writes them. */
  override text(): string {
    const { value } = this;
    if (Number.isNaN(value)) return "NaN";
    if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
    if (value === 0) return "0";
    const [digits = "0", power = "0"] = value.toExponential(14).split("e");
    const exponent = Number(power);
    const mantissa = digits.replace(/\.?0+$/, "");
    if (exponent >= 15 || exponent <= -5) {
      const sign = exponent < 0 ? "-" : "+";
      return `${mantissa}E${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
    }
    return value
      .toFixed(Math.max(0, 14 - exponent))
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
  }
  override lacks(): boolean {
    return false;
  }
}

/** A whole number that only a System.Decimal holds. It can be shown; nothing is calculated with it. */
export class Decimal extends NetObject {
  readonly typeName = "System.Decimal";
  readonly value: bigint;
  constructor(value: bigint) {
    super();
    this.value = value;
  }
  override text(): string {
    return String(this.value);
  }
  /** What everything but showing it comes to. */
  refuse(): never {
    throw new Refusal(`calculating with decimal numbers (${this.value})`);
  }
}

/** A System.Char. */
export class Char extends NetObject {
  readonly typeName = "System.Char";
  readonly value: string;
  constructor(value: string) {
    super();
    this.value = value;
  }
  override text(): string {
    return this.value;
  }
  override lacks(): boolean {
    return false;
  }
}
