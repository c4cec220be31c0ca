import { sprint, sprintf, sprintln } from "../go/sprintf.ts";
import type { GoType } from "../go/type.ts";
import { funcOf, goAny, goBool, goErrorType, goInt, goReflectValue, goString, sliceOf, typeName } from "../go/type.ts";
import type { GoFuncValue, GoOutcome, GoValue } from "../go/value.ts";
import { boolValue, failed, funcValue, gave, stringValue, unwrapped } from "../go/value.ts";
import { indexValue, lengthOf, sliceOfValue } from "./collections.ts";
import type { Compared } from "./compare.ts";
import { atMost, equalsAny, lessThan, negated } from "./compare.ts";
import { isTrue, prepareArgument } from "./conversion.ts";
import { escapeHtml, escapeJs, escapeQuery } from "./escape.ts";
import { printedArguments } from "./printable.ts";

type Arguments = readonly (GoValue | undefined)[];
type Call = (args: Arguments) => GoOutcome | Promise<GoOutcome>;

const oneAndMore: readonly GoType[] = [goReflectValue, sliceOf(goReflectValue)];
const boolOrError: readonly GoType[] = [goBool, goErrorType];
const valueOrError: readonly GoType[] = [goReflectValue, goErrorType];

const onValues = (results: GoType | readonly GoType[], call: Call): GoFuncValue =>
  funcValue(funcOf(oneAndMore, results, { variadic: true }), call);
const onTwo = (call: (a: GoValue | undefined, b: GoValue | undefined) => Compared): GoFuncValue =>
  funcValue(funcOf([goReflectValue, goReflectValue], boolOrError), ([a, b]) => verdict(call(a, b)));
const onAnything = (call: (args: Arguments) => string): GoFuncValue =>
  funcValue(funcOf([sliceOf(goAny)], goString, { variadic: true }), (args) => gave(stringValue(call(args))));

const verdict = (result: Compared): GoOutcome =>
  "error" in result ? failed(result.error) : gave(boolValue(result.value));

const printfType = funcOf([goString, sliceOf(goAny)], goString, { variadic: true });

/** Short-circuits, so the executor handles it: this is never called. */
const shortCircuit = onValues(goReflectValue, ([first]) => gave(first));

/**
 * The functions every template knows. `and` and `or` are evaluated by the executor; `call` gets the source text of the
 * function it calls from it, in front of its arguments.
 */
export const builtins: ReadonlyMap<string, GoFuncValue> = new Map<string, GoFuncValue>([
  ["and", shortCircuit],
  ["or", shortCircuit],
  ["call", onValues(valueOrError, ([name, ...rest]) => callValue(name?.kind === "string" ? name.value : "", rest))],
  ["index", onValues(valueOrError, ([item, ...indexes]) => indexValue(item, indexes))],
  ["slice", onValues(valueOrError, ([item, ...indexes]) => sliceOfValue(item, indexes))],
  ["len", funcValue(funcOf([goReflectValue], [goInt, goErrorType]), ([item]) => lengthOf(item))],
  ["not", funcValue(funcOf([goReflectValue], goBool), ([arg]) => gave(boolValue(!isTrue(unwrapped(arg)))))],
  ["eq", onValues(boolOrError, ([first, ...others]) => verdict(equalsAny(first, others)))],
  ["ne", onTwo((a, b) => negated(equalsAny(a, [b])))],
  ["lt", onTwo(lessThan)],
  ["le", onTwo(atMost)],
  ["gt", onTwo((a, b) => negated(atMost(a, b)))],
  ["ge", onTwo((a, b) => negated(lessThan(a, b)))],
  ["html", onAnything((args) => escapeHtml(printedArguments(args)))],
  ["js", onAnything((args) => escapeJs(printedArguments(args)))],
  ["urlquery", onAnything((args) => escapeQuery(printedArguments(args)))],
  ["print", onAnything(sprint)],
  ["println", onAnything(sprintln)],
  [
    "printf",
    funcValue(printfType, ([format, ...args]) =>
      gave(stringValue(sprintf(format?.kind === "string" ? format.value : "", args))),
    ),
  ],
]);

function callValue(name: string, [given, ...args]: Arguments): GoOutcome | Promise<GoOutcome> {
  const fn = unwrapped(given);
  if (!fn) return failed("call of nil");
  if (fn.kind !== "func") return failed(`non-function ${name} of type ${typeName(fn.type)}`);
  const { params, variadic } = fn.type;
  const fixed = variadic ? params.length - 1 : params.length;
  if (variadic ? args.length < fixed : args.length !== fixed) {
    const least = variadic ? "at least " : "";
    return failed(`wrong number of args for ${name}: got ${args.length} want ${least}${fixed}`);
  }
  const prepared: (GoValue | undefined)[] = [];
  for (const [i, arg] of args.entries()) {
    const fitted = prepareArgument(unwrapped(arg), parameterType(fn, i));
    if ("error" in fitted) return failed(`arg ${i}: ${fitted.error}`);
    prepared.push(forCall(fitted.value, parameterType(fn, i)));
  }
  return fn.call ? fn.call(prepared) : failed("reflect: call of nil function");
}

/** The type that argument number `index` must have. */
export function parameterType(fn: GoFuncValue, index: number): GoType {
  const { params, variadic } = fn.type;
  const last = params.at(-1);
  if (variadic && last?.kind === "slice" && index >= params.length - 1) return last.element;
  return params[index] ?? goAny;
}

/** Functions see what is in an interface, not the interface. */
export function forCall(value: GoValue | undefined, type: GoType): GoValue | undefined {
  return type.kind === "interface" ? unwrapped(value) : value;
}
