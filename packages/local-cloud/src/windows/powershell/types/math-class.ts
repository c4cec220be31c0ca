import { number, roundHalfEven, text } from "../values/convert.ts";
import { Double } from "../values/double.ts";
import { compare } from "../values/operators.ts";
import type { Value } from "../values/value.ts";

/** `[Math]::Name(…)` */
export function mathMethod(wanted: string, args: readonly Value[]): Value | undefined {
  const [first = null, second = null, third = null] = args;
  const [a, b] = [number(first), number(second)];
  if (a === undefined) return undefined;
  const x = a instanceof Double ? a.value : Number(a);
  const y = b === undefined ? 0 : b instanceof Double ? b.value : Number(b);
  switch (wanted) {
    case "abs":
      return a instanceof Double ? new Double(Math.abs(x)) : typeof a === "bigint" ? (a < 0n ? -a : a) : Math.abs(a);
    case "floor":
      return new Double(Math.floor(x));
    case "ceiling":
      return new Double(Math.ceil(x));
    case "truncate":
      return new Double(Math.trunc(x));
    case "round": {
      const away = /awayfromzero/i.test(text(third) + text(second));
      const places = typeof second === "number" ? second : 0;
      const scaled = Number(`${x}e${places}`);
      const whole = away ? Math.sign(scaled) * Math.round(Math.abs(scaled)) : roundHalfEven(scaled);
      return new Double(Number(`${whole}e-${places}`));
    }
    case "sqrt":
      return new Double(Math.sqrt(x));
    case "pow":
      return new Double(x ** y);
    case "log":
      return new Double(args.length > 1 ? Math.log(x) / Math.log(y) : Math.log(x));
    case "log10":
      return new Double(Math.log10(x));
    case "sign":
      return Math.sign(x);
    case "max":
      return compare(first, second) >= 0 ? first : second;
    case "min":
      return compare(first, second) <= 0 ? first : second;
    default:
      return undefined;
  }
}
