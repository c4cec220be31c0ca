import { BigFloat } from "./big-float.ts";
import { unmark, withMarksOf } from "./marks.ts";
import { isBelow, numberBounds } from "./refine.ts";
import { BOOL, NUMBER } from "./type.ts";
import { boolValue, FALSE, numberValue, TRUE, unknownValue, type Value } from "./value.ts";

/** Why an operation on values cannot be done; the text completes "Error during operation: …". */
export class Fault {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export type Outcome = Value | Fault;
export const NULL_ARGUMENT = "argument must not be null";

type Arithmetic = (a: BigFloat, b: BigFloat) => BigFloat | undefined;
const UNKNOWN_NUMBER = unknownValue(NUMBER, { notNull: true });
const UNKNOWN_BOOL = unknownValue(BOOL, { notNull: true });

/** An operation on two numbers: no nulls, unknown if either is, marks of both. */
function arithmetic(a: Value, b: Value, compute: Arithmetic, undefinedCase: string): Outcome {
  if (a.isNull || b.isNull) return new Fault(NULL_ARGUMENT);
  if (!a.isKnown || !b.isKnown) return withMarksOf(UNKNOWN_NUMBER, a, b);
  const result = compute(a.raw as BigFloat, b.raw as BigFloat);
  return result === undefined ? new Fault(undefinedCase) : withMarksOf(numberValue(result), a, b);
}

export const add = (a: Value, b: Value): Outcome =>
  arithmetic(a, b, (x, y) => x.add(y), "can't compute sum of opposing infinities");
export const subtract = (a: Value, b: Value): Outcome =>
  arithmetic(a, b, (x, y) => x.subtract(y), "can't subtract infinity from itself");
export const multiply = (a: Value, b: Value): Outcome =>
  arithmetic(a, b, (x, y) => x.multiply(y), "can't multiply zero by infinity");
export const divide = (a: Value, b: Value): Outcome =>
  arithmetic(a, b, (x, y) => x.divide(y), "can't divide zero by zero or infinity by infinity");
export const modulo = (a: Value, b: Value): Outcome =>
  arithmetic(a, b, remainder, "can't use modulo with zero and infinity");

/** cty's modulo: what is left after the whole part of the quotient; with an infinity, the product. */
function remainder(a: BigFloat, b: BigFloat): BigFloat | undefined {
  if (a.infinite || b.infinite) return a.multiply(b);
  if (b.isZero) return a;
  const quotient = a.divide(b);
  if (quotient === undefined) return undefined;
  const whole = quotient.isWhole ? quotient : wholePart(quotient);
  const product = whole.multiply(b);
  return product === undefined ? undefined : a.subtract(product);
}

function wholePart(x: BigFloat): BigFloat {
  const n = x.truncate() ?? 0n;
  return BigFloat.of(n < 0n, n < 0n ? -n : n, 0, x.precision);
}

export function negate(a: Value): Outcome {
  if (a.isNull) return new Fault(NULL_ARGUMENT);
  if (!a.isKnown) return UNKNOWN_NUMBER;
  return withMarksOf(numberValue((a.raw as BigFloat).negate()), a);
}

export function not(a: Value): Outcome {
  if (a.isNull) return new Fault(NULL_ARGUMENT);
  if (!a.isKnown) return UNKNOWN_BOOL;
  return withMarksOf(boolValue(a.raw !== true), a);
}

/** Order of two numbers; unknown ones are still decided where their bounds are apart. */
export function compare(a: Value, b: Value, operator: "<" | "<=" | ">" | ">="): Outcome {
  if (a.isNull || b.isNull) return new Fault(NULL_ARGUMENT);
  if (operator === ">" || operator === ">=") return compare(b, a, operator === ">" ? "<" : "<=");
  return withMarksOf(ordered(unmark(a), unmark(b), operator), a, b);
}

function ordered(a: Value, b: Value, operator: "<" | "<="): Value {
  if (a.isKnown && b.isKnown) {
    const order = (a.raw as BigFloat).compare(b.raw as BigFloat);
    return boolValue(order < 0 || (operator === "<=" && order === 0));
  }
  const mine = numberBounds(a);
  const theirs = numberBounds(b);
  if (isBelow(mine.max, theirs.min)) return TRUE;
  if (isBelow(theirs.max, mine.min)) return FALSE;
  return UNKNOWN_BOOL;
}

/** `&&` and `||`: one operand may decide alone, even beside an unknown or null one. */
export function logical(a: Value, b: Value, operator: "&&" | "||"): Outcome {
  const deciding = operator === "||";
  if (a.raw === deciding || b.raw === deciding) return withMarksOf(boolValue(deciding), a, b);
  // Null counts as false wherever that settles it.
  if (!deciding && (a.isNull || b.isNull)) return withMarksOf(FALSE, a, b);
  if (deciding && a.isKnown !== b.isKnown && (a.isNull || b.isNull)) return withMarksOf(UNKNOWN_BOOL, a, b);
  if (a.isNull || b.isNull) return new Fault(NULL_ARGUMENT);
  if (!a.isKnown || !b.isKnown) return withMarksOf(UNKNOWN_BOOL, a, b);
  return withMarksOf(boolValue(!deciding), a, b);
}
