import { convert } from "../convert/convert.ts";
import { ArgumentFault, EXPRESSION, type FunctionSpec, type FunctionTable, TYPE } from "../functions/function.ts";
import { invoke, parameterAt } from "../functions/invoke.ts";
import { didYouMean, nearest } from "../suggestion.ts";
import type { Call, Expression } from "../syntax/ast.ts";
import { readTypeConstraint } from "../type-expression.ts";
import { Fault } from "../values/arithmetic.ts";
import { unmark, withMarks } from "../values/marks.ts";
import { Capsule, UNKNOWN, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";
import { startSpan } from "./start-span.ts";

export function call(expression: Call, scope: Scope, evaluator: Evaluator): Value {
  const table = scope.functionTable();
  const spec = table?.get(expression.name);
  if (!spec) {
    unknownFunction(expression, table, evaluator);
    return UNKNOWN;
  }
  const args = expanded(expression, scope, evaluator);
  if (!args || !rightNumber(expression, spec, args, evaluator)) return UNKNOWN;
  const before = evaluator.diagnostics.length;
  const values = args.map((arg, i) => argumentValue(expression, spec, arg, i, scope, evaluator));
  if (evaluator.diagnostics.length > before) return UNKNOWN;
  const outcome = invoke(spec, values);
  if (outcome instanceof Value) return outcome;
  failed(expression, spec, args, outcome, evaluator);
  return UNKNOWN;
}

/** A literal argument, or one that `...` took from a collection. */
type Argument = Expression | { readonly value: Value; readonly from: Expression };

const isTaken = (argument: Argument): argument is { readonly value: Value; readonly from: Expression } =>
  "from" in argument && "value" in argument && !("kind" in argument);

function unknownFunction(expression: Call, table: FunctionTable | undefined, evaluator: Evaluator): void {
  if (!table) {
    evaluator.error(
      "hcl/calls-not-allowed",
      "Function calls not allowed",
      "Functions may not be called here.",
      expression,
    );
    return;
  }
  const { name } = expression;
  const colon = name.lastIndexOf("::");
  let detail: string;
  if (colon < 0) detail = `There is no function named "${name}".${didYouMean(nearest(name, table.names()))}`;
  else {
    const space = name.slice(0, colon + 2);
    const inside = [...table.names()].filter((n) => n.startsWith(space));
    const last = name.slice(colon + 2);
    const near = nearest(
      last,
      inside.map((n) => n.slice(space.length)),
    );
    detail =
      inside.length === 0
        ? `There are no functions in namespace "${space}".`
        : `There is no function named "${last}" in namespace ${space}.${near === undefined ? "" : ` Did you mean "${space}${near}"?`}`;
  }
  evaluator.error("hcl/unknown-function", "Call to unknown function", detail, expression.nameSpan, expression);
}

function expanded(expression: Call, scope: Scope, evaluator: Evaluator): readonly Argument[] | undefined {
  const last = expression.arguments.at(-1);
  if (!expression.expandFinal || !last) return expression.arguments;
  const before = evaluator.diagnostics.length;
  const value = evaluator.value(last, scope);
  if (evaluator.diagnostics.length > before) return undefined;
  const say = (detail: string): undefined => {
    evaluator.error("hcl/invalid-expansion", "Invalid expanding argument value", detail, last, expression);
    return undefined;
  };
  const { kind } = value.type;
  if (kind !== "dynamic" && kind !== "tuple" && kind !== "list" && kind !== "set") {
    return say("The expanding argument (indicated by ...) must be of a tuple, list, or set type.");
  }
  if (value.isNull) return say("The expanding argument (indicated by ...) must not be null.");
  if (!value.isKnown) return undefined;
  const taken = unmark(value).items.map((item) => ({ value: withMarks(item, value.marks), from: last }));
  return [...expression.arguments.slice(0, -1), ...taken];
}

const exprOf = (argument: Argument): Expression => (isTaken(argument) ? argument.from : argument);

function rightNumber(expression: Call, spec: FunctionSpec, args: readonly Argument[], evaluator: Evaluator): boolean {
  const { parameters } = spec;
  const missing = parameters[args.length];
  if (missing) {
    const least = spec.variadic ? " at least" : "";
    const detail = `Function "${expression.name}" expects${least} ${parameters.length} argument(s). Missing value for "${missing.name}".`;
    evaluator.error("hcl/missing-argument", "Not enough function arguments", detail, expression.closeSpan, expression);
    return false;
  }
  const extra = spec.variadic ? undefined : args[parameters.length];
  if (extra) {
    const detail = `Function "${expression.name}" expects only ${parameters.length} argument(s).`;
    const subject = isTaken(extra) ? extra.from : startSpan(extra);
    evaluator.error("hcl/extra-argument", "Too many function arguments", detail, subject, expression);
    return false;
  }
  return true;
}

function argumentValue(
  expression: Call,
  spec: FunctionSpec,
  argument: Argument,
  index: number,
  scope: Scope,
  evaluator: Evaluator,
): Value {
  const parameter = parameterAt(spec, index);
  if (!parameter) return UNKNOWN;
  if (parameter.type === EXPRESSION) {
    const inner = exprOf(argument);
    const evaluate = () =>
      isTaken(argument) ? { value: argument.value, diagnostics: [] } : evaluator.apart(inner, scope);
    return new Value(EXPRESSION, new Capsule({ expression: inner, evaluate }));
  }
  if (parameter.type === TYPE) {
    const { type, diagnostics } = readTypeConstraint(exprOf(argument));
    evaluator.report(diagnostics);
    return new Value(TYPE, new Capsule(type));
  }
  const value = isTaken(argument) ? argument.value : evaluator.value(argument, scope);
  const converted = convert(value, parameter.type);
  if (!(converted instanceof Fault)) return converted;
  const detail = `Invalid value for "${parameter.name}" parameter: ${converted.message}.`;
  const subject = isTaken(argument) ? argument.from : startSpan(argument);
  evaluator.error("hcl/invalid-argument", "Invalid function argument", detail, subject, expression);
  return UNKNOWN;
}

function failed(
  expression: Call,
  spec: FunctionSpec,
  args: readonly Argument[],
  fault: Fault,
  evaluator: Evaluator,
): void {
  const argument = fault instanceof ArgumentFault ? args[fault.index] : undefined;
  const parameter = fault instanceof ArgumentFault ? parameterAt(spec, fault.index) : undefined;
  if (argument && parameter) {
    const detail = `Invalid value for "${parameter.name}" parameter: ${fault.message}.`;
    const subject = isTaken(argument) ? argument.from : startSpan(argument);
    evaluator.error("hcl/invalid-argument", "Invalid function argument", detail, subject, expression);
    return;
  }
  const detail = `Call to function "${expression.name}" failed: ${fault.message}.`;
  evaluator.error("hcl/function-failed", "Error in function call", detail, startSpan(expression), expression);
}
