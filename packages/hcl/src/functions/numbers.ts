import { goQuote } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { isWhollyKnown } from "../values/marks.ts";
import { isCollection, NUMBER, typeName } from "../values/type.ts";
import { integerValue, numberValue, unknownValue, type Value } from "../values/value.ts";
import { anything, type Functions, number, wholeBig, wholeNumber } from "./arguments.ts";
import { ArgumentFault, type FunctionSpec } from "./function.ts";
import { power } from "./power.ts";

const raw = (v: Value | undefined): BigFloat => v?.raw as BigFloat;

const unary = (compute: (n: BigFloat) => BigFloat, keepInner = false): FunctionSpec => ({
  parameters: [number("num", { allowDynamic: true, keepInner })],
  returns: NUMBER,
  notNull: true,
  call: ([n]) => numberValue(compute(raw(n))),
});

/** The nearest whole number above or below; towards `up`. */
function rounded(n: BigFloat, up: boolean): BigFloat {
  if (n.infinite) return n;
  if (n.isZero) return BigFloat.whole(0);
  if (n.isWhole) return n;
  const cut = n.truncate() ?? 0n;
  const away = n.negative !== up;
  return BigFloat.whole(away ? cut + (up ? 1n : -1n) : cut);
}

const doubles = (names: readonly [string, string], compute: (a: number, b: number) => number): FunctionSpec => ({
  parameters: names.map((name) => number(name)),
  returns: NUMBER,
  notNull: true,
  call: ([a, b]) => {
    const result = compute(raw(a).toNumber(), raw(b).toNumber());
    return Number.isNaN(result) ? new Fault("the result is not a number") : numberValue(BigFloat.double(result));
  },
});

const extreme = (wanted: 1 | -1): FunctionSpec => ({
  parameters: [],
  variadic: number("numbers", { allowDynamic: true }),
  returns: NUMBER,
  notNull: true,
  call: (args) => {
    let best: BigFloat | undefined;
    for (const arg of args) if (!best || raw(arg).compare(best) === wanted) best = raw(arg);
    return best ? numberValue(best) : new Fault("must pass at least one number");
  },
});

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** A whole number in a base from 2 to 62; up to 36 upper and lower case mean the same. */
function parseInteger(text: string, base: number): bigint | undefined {
  const negative = text.startsWith("-");
  const digits = negative || text.startsWith("+") ? text.slice(1) : text;
  if (digits === "") return undefined;
  let n = 0n;
  for (const c of base <= 36 ? digits.toLowerCase() : digits) {
    const digit = DIGITS.indexOf(c);
    if (digit < 0 || digit >= base) return undefined;
    n = n * BigInt(base) + BigInt(digit);
  }
  return negative ? -n : n;
}

function parse([given, baseValue]: readonly Value[]): Outcome {
  if (given?.type.kind !== "string") {
    return new ArgumentFault(0, `first argument must be a string, not ${given ? typeName(given.type) : ""}`);
  }
  const base = wholeNumber(baseValue as Value);
  if (base instanceof Fault) return new ArgumentFault(1, base.message);
  if (base < 2 || base > 62) return new ArgumentFault(1, "base must be a whole number between 2 and 62 inclusive");
  const n = parseInteger(given.text, base);
  if (n === undefined) return new ArgumentFault(0, `cannot parse ${goQuote(given.text)} as a base ${base} integer`);
  return numberValue(BigFloat.whole(n));
}

/** Packer's own sum: of a list, set or tuple, everything in which must be a number. */
function sum([list]: readonly Value[]): Outcome {
  if (!list) return new Fault("cannot sum noniterable");
  const { type } = list;
  const values = [...list.items, ...list.entries.values()];
  if (!isCollection(type) && type.kind !== "tuple" && type.kind !== "object") {
    return new ArgumentFault(0, "cannot sum noniterable");
  }
  if (list.isKnown && values.length === 0) return new ArgumentFault(0, "cannot sum an empty list");
  if (type.kind === "map" || type.kind === "object") {
    return new ArgumentFault(0, `argument must be list, set, or tuple. Received ${typeName(type)}`);
  }
  if (!list.isKnown || !isWhollyKnown(list)) return unknownValue(NUMBER);
  let total = BigFloat.of(false, 0n, 0, 512);
  for (const item of values) {
    const n = item.isNull ? new Fault("null") : convert(item, NUMBER);
    if (n instanceof Fault) return new ArgumentFault(0, "argument must be list, set, or tuple of number values");
    const next = total.add(raw(n));
    if (!next) return new Fault("can't compute sum of opposing infinities");
    total = next;
  }
  return numberValue(total);
}

export const numberFunctions: Functions = {
  abs: unary((n) => n.abs(), true),
  ceil: unary((n) => rounded(n, true)),
  floor: unary((n) => rounded(n, false)),
  signum: {
    parameters: [number("num")],
    returns: NUMBER,
    notNull: true,
    call: ([n]) => {
      const whole = wholeBig(n as Value);
      return whole instanceof Fault ? whole : integerValue(whole > 0n ? 1 : whole < 0n ? -1 : 0);
    },
  },
  log: doubles(["num", "base"], (n, base) => Math.log(n) / Math.log(base)),
  pow: doubles(["num", "power"], power),
  max: extreme(1),
  min: extreme(-1),
  parseint: {
    parameters: [anything("number"), number("base")],
    returns: ([given]) =>
      given && given.type.kind !== "string"
        ? new ArgumentFault(0, `first argument must be a string, not ${typeName(given.type)}`)
        : NUMBER,
    notNull: true,
    call: parse,
  },
  sum: { parameters: [anything("list")], returns: NUMBER, notNull: true, call: sum },
};
