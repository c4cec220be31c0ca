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
    if (exponent >= 15 || exponent < -5) {
      const sign = exponent < 0 ? "-" : "+";
      return `${mantissa}E${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
    }
    return value
      .toFixed(Math.max(0, 14 - exponent))
      .replace(/(\.\d*?)0+$/, "$1")
      .replace(/\.$/, "");
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
}
