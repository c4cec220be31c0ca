import { convert, count, number, text } from "../values/convert.ts";
import { Double } from "../values/double.ts";
import { methodFailure } from "../values/errors.ts";
import type { Value } from "../values/value.ts";

const radixes: Readonly<Record<number, { readonly prefix: string; readonly digits: RegExp }>> = {
  2: { prefix: "0b", digits: /^[01]+$/ },
  8: { prefix: "0o", digits: /^[0-7]+$/ },
  10: { prefix: "", digits: /^[+-]?\d+$/ },
  16: { prefix: "0x", digits: /^[\da-f]+$/i },
};

/** A number from its digits to a base; those of other bases than ten give all bits, the sign too. */
function wholeFrom(source: string, base: number, type: "int" | "long" | "byte", method: string): Value {
  const radix = radixes[base];
  if (!radix) throw methodFailure(method, 2, "System.ArgumentException", "Invalid Base.");
  const digits = base === 16 ? source.replace(/^0x/i, "") : source;
  if (!radix.digits.test(digits)) {
    const known = /^[\da-f]/i.test(digits) && radix.digits.test(digits[0] ?? "");
    const problem = known
      ? "Additional non-parsable characters are at the end of the string."
      : "Could not find any recognizable digits.";
    throw methodFailure(method, 2, "System.FormatException", problem);
  }
  const whole = BigInt(radix.prefix + digits.replace(/^\+/, ""));
  const bits = { int: 32, long: 64, byte: 8 }[type];
  const fits = base === 10 && type !== "byte" ? BigInt.asIntN(bits, whole) : BigInt.asUintN(bits, whole);
  if (fits !== whole) {
    const typeName = {
      int: base === 10 ? "an Int32" : "a UInt32",
      long: base === 10 ? "an Int64" : "a UInt64",
      byte: "an unsigned byte",
    };
    const problem = `Value was either too large or too small for ${typeName[type]}.`;
    throw methodFailure(method, 2, "System.OverflowException", problem);
  }
  return type === "long" ? BigInt.asIntN(64, whole) : type === "int" ? Number(BigInt.asIntN(32, whole)) : Number(whole);
}

/** `[Convert]::Name(…)` */
export function convertMethod(wanted: string, name: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  switch (wanted) {
    case "frombase64string": {
      const source = text(first).replace(/\s/g, "");
      if (!/^[A-Za-z0-9+/]*={0,2}$/.test(source) || source.length % 4 !== 0)
        throw methodFailure(name, 1, "System.FormatException", "Invalid length for a Base-64 char array or string.");
      return Uint8Array.from(Buffer.from(source, "base64"));
    }
    case "tobase64string": {
      const bytes = convert(first, "byte[]");
      if (!(bytes instanceof Uint8Array)) return undefined;
      const from = typeof second === "number" ? second : 0;
      const part = typeof third === "number" ? bytes.subarray(from, from + third) : bytes;
      return Buffer.from(part).toString("base64");
    }
    case "toint32":
    case "toint64":
    case "tobyte": {
      const type = wanted === "toint32" ? "int" : wanted === "toint64" ? "long" : "byte";
      if (second === null) return convert(first, type);
      return wholeFrom(text(first), count(second), type, name);
    }
    case "tostring": {
      if (second === null) return text(first);
      const whole = number(first);
      if (whole === undefined || whole instanceof Double) return undefined;
      if (!(count(second) in radixes)) throw methodFailure(name, 2, "System.ArgumentException", "Invalid Base.");
      // Ten alone shows a sign.
      if (count(second) === 10) return String(whole);
      return BigInt.asUintN(typeof whole === "number" ? 32 : 64, BigInt(whole)).toString(count(second));
    }
    case "toboolean":
      return convert(first, "bool");
    case "todouble":
      return convert(first, "double");
    case "tochar":
      return convert(first, "char");
    case "todatetime":
      return convert(first, "datetime");
    default:
      return undefined;
  }
}
