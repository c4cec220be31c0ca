import { Fault } from "../values/arithmetic.ts";
import type { BigFloat } from "../values/big-float.ts";
import { DYNAMIC, NUMBER, STRING, type Type } from "../values/type.ts";
import type { Value } from "../values/value.ts";
import type { FunctionSpec, Parameter } from "./function.ts";

type Extra = Omit<Parameter, "name" | "type">;

export const text = (name: string, extra: Extra = {}): Parameter => ({ name, type: STRING, ...extra });
export const number = (name: string, extra: Extra = {}): Parameter => ({ name, type: NUMBER, ...extra });
export const anything = (name: string, extra: Extra = {}): Parameter => ({ name, type: DYNAMIC, ...extra });

/** Functions by name, some of which need other code before they can be built. */
export type Functions = Readonly<Record<string, FunctionSpec>>;

const NOT_WHOLE = "value must be a whole number, between -9223372036854775808 and 9223372036854775807";

/** The number as a whole one of 64 bits; beyond the safe range of doubles it loses its last digits. */
export function wholeNumber(value: Value): number | Fault {
  const big = wholeBig(value);
  return big instanceof Fault ? big : Number(big);
}

/** The number as a whole one of 64 bits. */
export function wholeBig(value: Value): bigint | Fault {
  const n = value.raw as BigFloat;
  if (!n.isWhole || n.exponent > 64) return new Fault(NOT_WHOLE);
  const big = n.truncate() ?? 0n;
  return big < -(2n ** 63n) || big >= 2n ** 63n ? new Fault(NOT_WHOLE) : big;
}

/** A function of strings that gives a string and cannot fail. */
export function textFunction(
  parameters: readonly string[],
  compute: (...args: string[]) => Value,
  notNull = true,
): FunctionSpec {
  return {
    parameters: parameters.map((name) => text(name)),
    returns: STRING,
    notNull,
    call: (args) => compute(...args.map((a) => a.text)),
  };
}

export const sequenceTypes = (type: Type): boolean => type.kind === "list" || type.kind === "tuple";
