import { integer } from "../syntax/numbers.ts";
import { Hashtable, NetList } from "./collections.ts";
import { convert, itemsOf, number, text } from "./convert.ts";
import { DateTime, TimeSpan } from "./date-time.ts";
import { Char, Double } from "./double.ts";
import { castException, checkRoom, failure, NetException } from "./errors.ts";
import { typeOf } from "./types.ts";
import { isArray, type Value } from "./value.ts";

export type Numeric = number | bigint | Double;

/** The number that an operand comes to; fails as PowerShell does where there is none. */
export function numeric(value: Value, operator: string): Numeric {
  const found = number(value);
  if (found !== undefined) return found;
  if (typeof value === "string")
    throw failure(
      "InvalidCastFromStringToInteger",
      `Cannot convert value "${value}" to type "System.Int32". Error: "Input string was not in a correct format."`,
      { category: "InvalidArgument: (:)", type: castException },
    );
  const name =
    { "+": "op_Addition", "-": "op_Subtraction", "*": "op_Multiply", "/": "op_Division", "%": "op_Modulus" }[
      operator
    ] ?? operator;
  throw failure(
    "MethodNotFound",
    `Method invocation failed because [${typeOf(value)}] does not contain a method named '${name}'.`,
    {
      category: `InvalidOperation: (${name}:String)`,
    },
  );
}

export function arithmetic(operator: string, left: Numeric, right: Numeric): Value {
  const bothWhole = !(left instanceof Double) && !(right instanceof Double);
  const a = left instanceof Double ? left.value : Number(left);
  const b = right instanceof Double ? right.value : Number(right);
  if ((operator === "/" || operator === "%") && bothWhole && b === 0)
    throw failure("RuntimeException", "Attempted to divide by zero.", {
      category: "NotSpecified: (:)",
      inner: new NetException("System.DivideByZeroException", "Attempted to divide by zero."),
    });
  if (!bothWhole) {
    const value = { "+": a + b, "-": a - b, "*": a * b, "/": a / b, "%": a % b }[operator];
    return new Double(value ?? Number.NaN);
  }
  const [x, y] = [BigInt(left), BigInt(right)];
  if (operator === "/") return x % y === 0n ? sized(x / y, left, right) : new Double(a / b);
  const value = operator === "+" ? x + y : operator === "-" ? x - y : operator === "*" ? x * y : x % y;
  return sized(value, left, right);
}

/** The result keeps the wider operand's type, and becomes a Double where that is too small. */
function sized(value: bigint, left: number | bigint | Double, right: number | bigint | Double): Value {
  if (typeof left === "bigint" || typeof right === "bigint")
    return value >= -(2n ** 63n) && value < 2n ** 63n ? value : new Double(Number(value));
  return value >= -2147483648n && value <= 2147483647n ? Number(value) : new Double(Number(value));
}

export function add(left: Value, right: Value): Value {
  if (left === null) return right;
  if (typeof left === "string") return left + text(right);
  if (left instanceof Char) return left.value + text(right);
  if (isArray(left) || left instanceof Uint8Array || left instanceof NetList)
    return [...itemsOf(left), ...(right === null ? [null] : itemsOf(right))];
  if (left instanceof Hashtable) {
    if (!(right instanceof Hashtable))
      throw failure("AddHashTableToNonHashTable", "A hash table can only be added to another hash table.");
    const sum = left.clone();
    for (const [key, value] of right.entries()) {
      if (sum.has(key))
        throw failure(
          "DuplicateKey",
          `Item has already been added. Key in dictionary: '${text(key)}'  Key being added: '${text(key)}'`,
        );
      sum.put(key, value);
    }
    return sum;
  }
  if (left instanceof DateTime && right instanceof TimeSpan) return new DateTime(left.ms + right.ms, left.kind);
  if (left instanceof TimeSpan && right instanceof TimeSpan) return new TimeSpan(left.ms + right.ms);
  return arithmetic("+", numeric(left, "+"), numeric(right, "+"));
}

export function subtract(left: Value, right: Value): Value {
  if (left instanceof DateTime && right instanceof DateTime) return new TimeSpan(left.ms - right.ms);
  if (left instanceof DateTime && right instanceof TimeSpan) return new DateTime(left.ms - right.ms, left.kind);
  if (left instanceof TimeSpan && right instanceof TimeSpan) return new TimeSpan(left.ms - right.ms);
  return arithmetic("-", numeric(left, "-"), numeric(right, "-"));
}

export function multiply(left: Value, right: Value): Value {
  if (typeof left === "string" || isArray(left)) {
    const times = Number(convert(right, "int"));
    if (times < 0)
      throw failure(
        "RuntimeException",
        "Specified argument was out of the range of valid values.\r\nParameter name: times",
        { type: "System.ArgumentOutOfRangeException", category: "OperationStopped: (:)" },
      );
    checkRoom(times * left.length);
    if (typeof left === "string") return left.repeat(times);
    return Array.from({ length: times }, () => left).flat();
  }
  return arithmetic("*", numeric(left, "*"), numeric(right, "*"));
}

export function range(left: Value, right: Value): Value {
  const [from, to] = [Number(convert(left, "int")), Number(convert(right, "int"))];
  const step = from <= to ? 1 : -1;
  checkRoom(Math.abs(to - from));
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
}

export function bits(operator: string, left: Value, right: Value): Value {
  const whole = (value: Value): number | bigint => {
    const found = numeric(value, operator);
    return found instanceof Double ? integerOf(found.value) : found;
  };
  const [a, b] = [whole(left), whole(right)];
  const [x, y] = [BigInt(a), BigInt(b)];
  const isLong = typeof a === "bigint" || (typeof b === "bigint" && !operator.startsWith("-sh"));
  const size = isLong ? 64 : 32;
  const shift = y & BigInt(size - 1);
  const value =
    operator === "-band"
      ? x & y
      : operator === "-bor"
        ? x | y
        : operator === "-bxor"
          ? x ^ y
          : operator === "-shl"
            ? x << shift
            : x >> shift;
  const wrapped = BigInt.asIntN(size, value);
  return isLong ? wrapped : Number(wrapped);
}
function integerOf(value: number): number | bigint {
  const found = integer(BigInt(Math.round(value)));
  return typeof found === "number" || typeof found === "bigint" ? found : 0;
}
