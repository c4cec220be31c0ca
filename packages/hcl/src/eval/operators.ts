import { convert } from "../convert/convert.ts";
import type { Binary, BinaryOperator, Unary } from "../syntax/ast.ts";
import * as math from "../values/arithmetic.ts";
import { equal } from "../values/equality.ts";
import { unmark, withMarksOf } from "../values/marks.ts";
import { BOOL, NUMBER, type Type } from "../values/type.ts";
import { boolValue, unknownValue, Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

interface Operation {
  readonly operand: Type | undefined;
  readonly result: Type;
  readonly apply: (a: Value, b: Value) => math.Outcome;
}

const arithmetic = (apply: Operation["apply"]): Operation => ({ operand: NUMBER, result: NUMBER, apply });
const comparison = (operator: "<" | "<=" | ">" | ">="): Operation => ({
  operand: NUMBER,
  result: BOOL,
  apply: (a, b) => math.compare(a, b, operator),
});
const logical = (operator: "&&" | "||"): Operation => ({
  operand: BOOL,
  result: BOOL,
  apply: (a, b) => math.logical(a, b, operator),
});

const OPERATIONS: Readonly<Record<BinaryOperator, Operation>> = {
  "+": arithmetic(math.add),
  "-": arithmetic(math.subtract),
  "*": arithmetic(math.multiply),
  "/": arithmetic(math.divide),
  "%": arithmetic(math.modulo),
  "<": comparison("<"),
  "<=": comparison("<="),
  ">": comparison(">"),
  ">=": comparison(">="),
  "&&": logical("&&"),
  "||": logical("||"),
  "==": { operand: undefined, result: BOOL, apply: equal },
  "!=": { operand: undefined, result: BOOL, apply: (a, b) => inverse(equal(a, b)) },
};

function inverse(value: Value): Value {
  return value.isKnown ? withMarksOf(boolValue(unmark(value).raw !== true), value) : value;
}

/** A chain such as `a + b + c` leans to the left as deep as it is long: it is walked, not recursed into. */
export function binary(expression: Binary, scope: Scope, evaluator: Evaluator): Value {
  const chain: Binary[] = [];
  let first = expression.left;
  for (chain.push(expression); first.kind === "binary"; first = first.left) chain.push(first);
  let left = evaluator.apart(first, scope);
  for (const node of chain.reverse()) left = one(node, left, scope, evaluator);
  evaluator.report(left.diagnostics);
  return left.value;
}

type Side = ReturnType<Evaluator["apart"]>;

function one(node: Binary, left: Side, scope: Scope, evaluator: Evaluator): Side {
  const operation = OPERATIONS[node.operator];
  const right = evaluator.apart(node.right, scope);
  const result = unknownValue(operation.result);
  const scratch = evaluator.scratch();
  const a = operand(scratch, left.value, operation, node, "left");
  const b = operand(scratch, right.value, operation, node, "right");
  if (scratch.failed) {
    return { value: result, diagnostics: [...scratch.diagnostics, ...left.diagnostics, ...right.diagnostics] };
  }
  let found = [...left.diagnostics, ...right.diagnostics];
  if (node.operator === "&&" || node.operator === "||") {
    const deciding = node.operator === "||";
    // The side that decides makes what went wrong on the other side irrelevant.
    const marked = (side: Side): Side => ({
      value: withMarksOf(boolValue(deciding), a, b),
      diagnostics: side.diagnostics,
    });
    if (decides(a, deciding)) return marked(left);
    if (decides(b, deciding)) return marked(right);
    // Behind a sound but unknown left side, HCL says nothing about an unknown right one.
    if (!a.isKnown && !b.isKnown && left.diagnostics.length === 0) found = [];
  }
  if (found.length > 0) return { value: result, diagnostics: found };
  const outcome = operation.apply(a, b);
  if (outcome instanceof Value) return { value: outcome, diagnostics: [] };
  failed(scratch, outcome, node);
  return { value: result, diagnostics: scratch.diagnostics };
}

/** Whether one operand of `&&` or `||` settles the result, which is `deciding`; null counts as false. */
function decides(operand: Value, deciding: boolean): boolean {
  return operand.raw === deciding || (!deciding && operand.isNull);
}

function failed(evaluator: Evaluator, fault: math.Fault, node: Binary | Unary): void {
  evaluator.error("hcl/operation-failed", "Operation failed", `Error during operation: ${fault.message}.`, node);
}

function operand(
  evaluator: Evaluator,
  value: Value,
  operation: Operation,
  node: Binary,
  side: "left" | "right",
): Value {
  if (!operation.operand) return value;
  const converted = convert(value, operation.operand);
  if (converted instanceof Value) return converted;
  const detail = `Unsuitable value for ${side} operand: ${converted.message}.`;
  evaluator.error("hcl/invalid-operand", "Invalid operand", detail, node[side], node);
  return unknownValue(operation.operand);
}

export function unary(expression: Unary, scope: Scope, evaluator: Evaluator): Value {
  const type = expression.operator === "-" ? NUMBER : BOOL;
  const before = evaluator.diagnostics.length;
  const value = convert(evaluator.value(expression.operand, scope), type);
  if (!(value instanceof Value)) {
    const detail = `Unsuitable value for unary operand: ${value.message}.`;
    evaluator.error("hcl/invalid-operand", "Invalid operand", detail, expression.operand, expression);
    return unknownValue(type);
  }
  if (evaluator.diagnostics.length > before) return unknownValue(type);
  const outcome = expression.operator === "-" ? math.negate(value) : math.not(value);
  if (outcome instanceof Value) return outcome;
  failed(evaluator, outcome, expression);
  return unknownValue(type);
}
