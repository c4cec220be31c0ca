import { Fault, NULL_ARGUMENT, type Outcome } from "../values/arithmetic.ts";
import { deepMarks, hasMarks, unmark, unmarkDeep, withMarks } from "../values/marks.ts";
import { refineNotNull } from "../values/refine.ts";
import type { Type } from "../values/type.ts";
import { UNKNOWN, unknownValue, type Value } from "../values/value.ts";
import { ArgumentFault, type FunctionSpec, type Parameter } from "./function.ts";

/** Calls a function with arguments that already have the types of its parameters. */
export function invoke(spec: FunctionSpec, given: readonly Value[]): Outcome {
  const marks = new Set<string>();
  /** Marks that a call tells of even while it waits for an argument. */
  const early = new Set<string>();
  const plain: Value[] = [];
  let open = false;
  for (const [i, value] of given.entries()) {
    const parameter = parameterAt(spec, i);
    if (!parameter) break;
    let argument = value;
    if (parameter.keepInner) {
      for (const mark of value.marks ?? []) marks.add(mark);
      argument = unmark(value);
    } else if (hasMarks(value)) {
      deepMarks(value, early);
      argument = unmarkDeep(value);
    }
    plain.push(argument);
    // Behind an argument of unknown type cty looks at none.
    if (argument.isNull && !parameter.allowNull && !open) return new ArgumentFault(i, NULL_ARGUMENT);
    if (argument.type.kind === "dynamic" && !parameter.allowDynamic) open = true;
  }
  if (open) return withMarks(UNKNOWN, early);
  const type = returnType(spec, plain);
  if (type instanceof Fault) return type;
  const waits = plain.some((value, i) => !value.isKnown && parameterAt(spec, i)?.allowUnknown !== true);
  if (waits) return withMarks(spec.notNull === true ? refineNotNull(unknownValue(type)) : unknownValue(type), early);
  const result = spec.call(plain, type);
  if (result instanceof Fault) return result;
  return withMarks(spec.notNull === true ? refineNotNull(result) : result, marks, early);
}

export function parameterAt(spec: FunctionSpec, index: number): Parameter | undefined {
  return spec.parameters[index] ?? spec.variadic;
}

function returnType(spec: FunctionSpec, args: readonly Value[]): Type | Fault {
  return typeof spec.returns === "function" ? spec.returns(args) : spec.returns;
}
