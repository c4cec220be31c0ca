import { Refusal } from "../../system/refusal.ts";
import { text } from "./convert.ts";
import { DateTime, TimeSpan } from "./date-time.ts";
import { Decimal, Double } from "./double.ts";
import { failure } from "./errors.ts";
import type { Value } from "./value.ts";

/** The `-f` operator and String.Format: `{0}`, `{1,10}`, `{2:N2}`. */
export function formatText(pattern: string, values: readonly Value[]): string {
  return pattern.replace(
    /\{\{|\}\}|\{(\d+)(?:,\s*(-?\d+))?(?::((?:[^{}]|\{\{|\}\})*))?\}|[{}]/g,
    (token, index?: string, width?: string, how?: string) => {
      if (token === "{{") return "{";
      if (token === "}}") return "}";
      if (index === undefined) throw formatFailure("Input string was not in a correct format.");
      if (Number(index) >= values.length)
        throw formatFailure(
          "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
        );
      const value = values[Number(index)] ?? null;
      const shown = how === undefined || how === "" ? text(value) : formatValue(value, how);
      const wide = Number(width ?? 0);
      return wide >= 0 ? shown.padStart(wide) : shown.padEnd(-wide);
    },
  );
}

function formatFailure(message: string): Error {
  return failure("FormatError", `Error formatting a string: ${message}`);
}

/** One value by a .NET format: numbers and dates; what else there is has no formats. */
export function formatValue(value: Value, how: string): string {
  if (value instanceof DateTime) return value.format(how);
  if (value instanceof TimeSpan) return formatSpan(value, how);
  if (typeof value === "number" || typeof value === "bigint" || value instanceof Double)
    return formatNumber(value, how);
  if (value instanceof Decimal) return value.refuse();
  return text(value);
}

function formatNumber(value: number | bigint | Double, how: string): string {
  const standard = /^([A-Za-z])(\d*)$/.exec(how);
  const plain = value instanceof Double ? value.value : Number(value);
  if (!standard) return customNumber(plain, how);
  const [, kind = "", digits = ""] = standard;
  const places = digits === "" ? undefined : Number(digits);
  const fixed = (count: number): string => roundedText(plain, count);
  switch (kind.toUpperCase()) {
    case "N":
      return grouped(fixed(places ?? 2));
    case "F":
      return fixed(places ?? 2);
    case "P":
      return `${grouped(roundedText(plain * 100, places ?? 2))} %`;
    case "C": {
      const amount = grouped(roundedText(Math.abs(plain), places ?? 2));
      return plain < 0 ? `($${amount})` : `$${amount}`;
    }
    case "G":
      return general(value, places ?? 0).replace("E", kind === "g" ? "e" : "E");
    case "E": {
      const [mantissa = "", power = "0"] = plain.toExponential(places ?? 6).split("e");
      return `${mantissa}${kind}${Number(power) < 0 ? "-" : "+"}${String(Math.abs(Number(power))).padStart(3, "0")}`;
    }
    case "D":
    case "X": {
      if (value instanceof Double) throw formatFailure("Format specifier was invalid.");
      if (kind.toUpperCase() === "D") {
        const shown = String(value < 0 ? -BigInt(value) : value).padStart(places ?? 1, "0");
        return value < 0 ? `-${shown}` : shown;
      }
      const bits = BigInt.asUintN(typeof value === "number" ? 32 : 64, BigInt(value));
      const hex = bits.toString(16).padStart(places ?? 1, "0");
      return kind === "X" ? hex.toUpperCase() : hex;
    }
    default:
      throw new Refusal(`the number format "${how}"`);
  }
}

/** The shorter of plain and scientific, with so many significant digits. */
function general(value: number | bigint | Double, precision: number): string {
  if (precision === 0 || (value instanceof Double && !Number.isFinite(value.value))) return text(value);
  if (precision > 17) throw new Refusal(`the number format "G${precision}"`);
  const { isNegative, digits, exponent } = decimalOf(value, precision);
  let kept = digits.slice(0, precision);
  let power = exponent;
  if (Number(digits[precision] ?? 0) >= 5) {
    const up = String(BigInt(kept) + 1n);
    if (up.length > kept.length) power++;
    kept = up.slice(0, precision);
  }
  kept = kept.replace(/0+$/, "");
  if (kept === "") return "0";
  const sign = isNegative ? "-" : "";
  if (power >= precision || power <= -5) {
    const fraction = kept.length > 1 ? `.${kept.slice(1)}` : "";
    return `${sign}${kept[0]}${fraction}E${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  }
  if (power < 0) return `${sign}0.${"0".repeat(-power - 1)}${kept}`;
  const whole = kept.padEnd(power + 1, "0");
  return `${sign}${whole.slice(0, power + 1)}${whole.length > power + 1 ? `.${whole.slice(power + 1)}` : ""}`;
}

/** The digits of a number, and the power of ten of the first; of a Double as many as .NET counts on: 15, or 17 where more are asked for. */
function decimalOf(
  value: number | bigint | Double,
  precision: number,
): { readonly isNegative: boolean; readonly digits: string; readonly exponent: number } {
  if (!(value instanceof Double)) {
    const digits = String(value).replace("-", "");
    return { isNegative: value < 0, digits, exponent: digits.length - 1 };
  }
  const [mantissa = "", power = "0"] = Math.abs(value.value)
    .toExponential(precision > 15 ? 16 : 14)
    .split("e");
  return { isNegative: value.value < 0, digits: mantissa.replace(".", ""), exponent: Number(power) };
}

/** Away from zero at halves, as the .NET Framework rounds decimals that it shows. */
function roundedText(value: number, places: number): string {
  const digits = value.toPrecision(15);
  const exact = Number(digits);
  const sign = exact < 0 ? "-" : "";
  const [whole = "0", fraction = ""] = plainDecimal(Math.abs(exact)).split(".");
  if (fraction.length <= places) return finish(sign, whole, fraction.padEnd(places, "0"));
  const kept = BigInt(whole + fraction.slice(0, places)) + (Number(fraction[places]) >= 5 ? 1n : 0n);
  const padded = kept.toString().padStart(places + 1, "0");
  return finish(sign, places === 0 ? padded : padded.slice(0, -places), places === 0 ? "" : padded.slice(-places));
}
function finish(sign: string, whole: string, fraction: string): string {
  const shown = fraction === "" ? whole : `${whole}.${fraction}`;
  return /[1-9]/.test(shown) ? sign + shown : shown;
}
function plainDecimal(value: number): string {
  if (value >= 1e21) return BigInt(value).toString();
  const shown = String(value);
  return shown.includes("e") ? value.toFixed(20).replace(/0+$/, "") : shown;
}

function grouped(shown: string): string {
  const [whole = "", fraction] = shown.split(".");
  const groups = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return fraction === undefined ? groups : `${groups}.${fraction}`;
}

/** `000`, `#,##0.00`, `0.0`: digits and one decimal point. */
function customNumber(value: number, how: string): string {
  if (!/^[#0,]*(?:\.[0#]*)?%?$/.test(how)) throw new Refusal(`the number format "${how}"`);
  const percent = how.endsWith("%");
  const [before = "", after = ""] = how.replace("%", "").split(".");
  const shown = roundedText(percent ? value * 100 : value, after.length);
  const negative = shown.startsWith("-");
  const [whole = "", fraction = ""] = shown.replace("-", "").split(".");
  const least = (before.match(/0/g) ?? []).length;
  const digits = whole.replace(/^0+/, "").padStart(least, "0");
  const required = after.lastIndexOf("0") + 1;
  const kept = fraction.slice(0, required) + fraction.slice(required).replace(/0+$/, "");
  const front = before.includes(",") ? digits.replace(/\B(?=(\d{3})+(?!\d))/g, ",") : digits;
  return `${negative ? "-" : ""}${front}${kept === "" ? "" : `.${kept}`}${percent ? "%" : ""}`;
}

function formatSpan(span: TimeSpan, how: string): string {
  if (how === "c" || how === "g") return span.text();
  const parts: Readonly<Record<string, number>> = {
    d: Math.floor(span.ms / 86_400_000),
    h: Math.floor(span.ms / 3_600_000) % 24,
    m: Math.floor(span.ms / 60_000) % 60,
    s: Math.floor(span.ms / 1000) % 60,
  };
  return how.replace(/\\(.)|'([^']*)'|d+|hh?|mm?|ss?|f+|[^\\]/g, (token, escaped, quoted) => {
    if (escaped !== undefined || quoted !== undefined) return escaped ?? quoted;
    const value = parts[token[0] ?? ""];
    if (value !== undefined) return String(value).padStart(token.length, "0");
    if (token.startsWith("f"))
      return String(span.ms % 1000)
        .padStart(3, "0")
        .padEnd(7, "0")
        .slice(0, token.length);
    throw new Refusal(`the time format "${how}"`);
  });
}
