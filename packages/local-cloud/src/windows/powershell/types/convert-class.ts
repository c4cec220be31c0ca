import { convert, count, number, text } from "../values/convert.ts";
import { Double } from "../values/double.ts";
import { methodFailure } from "../values/errors.ts";
import type { Value } from "../values/value.ts";

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
      const whole = BigInt({ 2: "0b", 8: "0o", 10: "", 16: "0x" }[count(second)] + text(first).replace(/^0x/i, ""));
      return type === "int"
        ? Number(BigInt.asIntN(32, whole))
        : type === "long"
          ? BigInt.asIntN(64, whole)
          : Number(whole);
    }
    case "tostring": {
      if (second === null) return text(first);
      const whole = number(first);
      if (whole === undefined || whole instanceof Double) return undefined;
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
