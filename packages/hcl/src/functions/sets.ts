import { convert, unify } from "../convert/convert.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { BigFloat } from "../values/big-float.ts";
import { isWhollyKnown } from "../values/marks.ts";
import { lengthBounds } from "../values/refine.ts";
import { setHas, setValue } from "../values/set.ts";
import { DYNAMIC, isCollection, listOf, NUMBER, setOf, type Type, tupleOf } from "../values/type.ts";
import { listValue, numberValue, type Refinement, tupleValue, unknownValue, Value } from "../values/value.ts";
import { anything, type Functions, number } from "./arguments.ts";
import { ArgumentFault, type FunctionSpec } from "./function.ts";

const anySet = (name: string) => ({ name, type: setOf(DYNAMIC) });

function commonSet(args: readonly Value[]): Type | Fault {
  const elements: Type[] = [];
  for (const { type, isKnown, items } of args) {
    const element = isCollection(type) ? type.element : DYNAMIC;
    if (!(isKnown && items.length === 0 && element.kind === "dynamic")) elements.push(element);
  }
  if (elements.length === 0) return setOf(DYNAMIC);
  const unified = unify(elements, true);
  return unified ? setOf(unified.type) : new Fault("given sets must all have compatible element types");
}

type Combine = (a: Value, b: Value) => readonly Value[];

/** `partial`: known elements count although others are unknown. */
const operation = (combine: Combine, partial: boolean): FunctionSpec => ({
  parameters: [anySet("first_set")],
  variadic: anySet("other_sets"),
  returns: commonSet,
  notNull: true,
  call: (args, type) => {
    let result: Value | undefined;
    for (const arg of args) {
      const set = convert(arg, type);
      if (set instanceof Fault) return set;
      if (partial ? !set.isKnown : !isWhollyKnown(set)) return unknownValue(type);
      result = result ? setValue(combine(result, set), elementOf(type)) : set;
    }
    return result ?? unknownValue(type);
  },
});

const elementOf = (type: Type): Type => (isCollection(type) ? type.element : DYNAMIC);

const NEEDS_TWO = "at least two arguments are required";

function productType(args: readonly Value[]): Type | Fault {
  if (args.length < 2) return new Fault(NEEDS_TWO);
  const elements: Type[] = [];
  let ordered = true;
  for (const [i, { type }] of args.entries()) {
    if (type.kind === "set" || type.kind === "list") {
      elements.push(type.element);
      ordered &&= type.kind === "list";
    } else if (type.kind === "tuple") {
      if (type.elements.length === 0) elements.push(DYNAMIC);
      else {
        const unified = unify(type.elements, true);
        if (!unified) return new ArgumentFault(i, "all elements must be of the same type");
        elements.push(unified.type);
      }
    } else return new ArgumentFault(i, "a set or a list is required");
  }
  return ordered ? listOf(tupleOf(elements)) : setOf(tupleOf(elements));
}

/** Most combinations that `setproduct` makes: more would not fit in memory. */
const MOST_ROWS = 5_000_000;

function product(args: readonly Value[], type: Type): Outcome {
  const tuple = isCollection(type) && type.element.kind === "tuple" ? type.element : tupleOf([]);
  const lists: Value[] = [];
  for (const [i, arg] of args.entries()) {
    const list = convert(arg, listOf(tuple.elements[i] ?? DYNAMIC));
    if (list instanceof Fault) return new ArgumentFault(i, list.message);
    lists.push(list);
  }
  if (args.some((a) => !a.isKnown || (a.type.kind === "set" && !isWhollyKnown(a)))) return openProduct(args, type);
  const size = lists.reduce((n, list) => n * list.items.length, 1);
  if (size > MOST_ROWS) return new Fault(`the result would have more than ${MOST_ROWS} elements`);
  let rows: Value[][] = [[]];
  for (const list of lists) rows = rows.flatMap((row) => list.items.map((item) => [...row, item]));
  const made = rows.map((row) => tupleValue(row));
  return type.kind === "set" ? setValue(made, tuple) : listValue(made, tuple);
}

function openProduct(args: readonly Value[], type: Type): Value {
  if (args.every((arg) => arg.isKnown)) return unknownValue(type, { notNull: true });
  let min = 1;
  let max = 1;
  for (const arg of args) {
    const bounds =
      arg.type.kind === "tuple" ? { min: arg.type.elements.length, max: arg.type.elements.length } : lengthBounds(arg);
    min *= bounds.min;
    max *= bounds.max;
  }
  if (max === 0) return type.kind === "set" ? setValue([], elementOf(type)) : listValue([], elementOf(type));
  const refinement: Refinement = {
    notNull: true,
    ...(min > 0 && { minLength: 1 }),
    ...(Number.isFinite(max) && { maxLength: max }),
  };
  return unknownValue(type, refinement);
}

/** Most numbers that `range` makes. */
const MOST = 1024;

function range(args: readonly Value[]): Outcome {
  const n = args.map((a) => a.raw as BigFloat);
  const [a, b, c] = n;
  const zero = BigFloat.whole(0);
  const one = BigFloat.whole(1);
  if (!a || n.length > 3) return new Fault("must have one, two, or three arguments");
  const start = b ? a : zero;
  const end = b ?? a;
  const down = end.compare(start) < 0;
  const step = c ?? (down ? one.negate() : one);
  if (step.negative && c && end.compare(start) > 0) {
    return new ArgumentFault(1, "end must be less than start when step is negative");
  }
  if (!step.negative && c && down) return new ArgumentFault(1, "end must be greater than start when step is positive");
  const items: Value[] = [];
  for (let at: BigFloat | undefined = start; at; at = at.add(step)) {
    if (step.negative ? at.compare(end) <= 0 : at.compare(end) >= 0) break;
    if (items.length >= MOST) {
      return new Fault(
        "more than 1024 values were generated; either decrease the difference between start and end or use a smaller step",
      );
    }
    items.push(numberValue(at));
  }
  return new Value(listOf(NUMBER), items);
}

export const setFunctions: Functions = {
  setunion: operation((a, b) => [...a.items, ...b.items], true),
  setintersection: operation((a, b) => a.items.filter((item) => setHas(b, item)), false),
  setproduct: {
    parameters: [],
    variadic: anything("sets", { allowUnknown: true, keepInner: true }),
    returns: productType,
    notNull: true,
    call: product,
  },
  range: { parameters: [], variadic: number("params"), returns: listOf(NUMBER), notNull: true, call: range },
};
