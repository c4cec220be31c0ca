import { append, type Diagnostic } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { rangeText } from "../syntax/range-text.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { isWhollyKnown } from "../values/marks.ts";
import { BOOL, DYNAMIC, type Type, withoutOptional } from "../values/type.ts";
import { boolValue, Capsule, UNKNOWN, unknownValue, type Value } from "../values/value.ts";
import { anything, type Functions } from "./arguments.ts";
import { ArgumentFault, type Closure, EXPRESSION, TYPE } from "./function.ts";

const held = <X>(value: Value | undefined): X => (value?.raw instanceof Capsule ? value.raw.held : undefined) as X;

/** The first expression that evaluates without an error. */
function attempt(args: readonly Value[]): Outcome {
  if (args.length === 0) return new Fault("at least one argument is required");
  const found: Diagnostic[] = [];
  for (const arg of args) {
    const { value, diagnostics } = held<Closure>(arg).evaluate();
    if (diagnostics.length === 0) return isWhollyKnown(value) ? value : UNKNOWN;
    append(found, diagnostics);
  }
  const told = found.map(({ summary, detail, subject }) => {
    const where = subject ? ` (at ${rangeText(subject)})` : "";
    return `- ${summary}${where}\n  ${detail}\n`;
  });
  return new Fault(
    `no expression succeeded:\n${told.join("")}\nAt least one expression must produce a successful result`,
  );
}

function constraintOf(value: Value | undefined): Type {
  return withoutOptional(held<Type>(value) ?? DYNAMIC);
}

export const controlFunctions: Functions = {
  try: {
    parameters: [],
    variadic: { name: "expressions", type: EXPRESSION },
    returns: DYNAMIC,
    call: attempt,
  },
  can: {
    parameters: [{ name: "expression", type: EXPRESSION }],
    returns: BOOL,
    call: ([arg]) => {
      const { value, diagnostics } = held<Closure>(arg).evaluate();
      if (diagnostics.length > 0) return boolValue(false);
      return isWhollyKnown(value) ? boolValue(true) : unknownValue(BOOL);
    },
  },
  convert: {
    parameters: [
      anything("value", { allowNull: true, allowDynamic: true, allowUnknown: true }),
      { name: "type", type: TYPE },
    ],
    returns: DYNAMIC,
    call: ([value, type]) => {
      const converted = convert(value as Value, constraintOf(type));
      return converted instanceof Fault ? new ArgumentFault(0, converted.message) : converted;
    },
  },
};
