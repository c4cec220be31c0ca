import { goQuote } from "@kiln/sdk";
import { convert } from "../convert/convert.ts";
import { type JsonExpression, type JsonNode, rangeOf, type Span } from "../syntax/ast.ts";
import { parseTemplateText } from "../syntax/parse.ts";
import { rangeText } from "../syntax/range-text.ts";
import { Fault } from "../values/arithmetic.ts";
import { STRING } from "../values/type.ts";
import { objectValue, stringValue, tupleValue, UNKNOWN, type Value } from "../values/value.ts";
import type { Evaluator } from "./evaluator.ts";
import type { Scope } from "./scope.ts";

/** A JSON value as an expression: its strings, keys included, are templates, unless there is no scope at all. */
export function jsonExpression(expression: JsonExpression, scope: Scope, evaluator: Evaluator): Value {
  return jsonValue(expression.node, scope, evaluator);
}

function jsonValue(node: JsonNode, scope: Scope, evaluator: Evaluator): Value {
  switch (node.type) {
    case "literal":
      return node.value;
    case "string":
      return templateString(node.text, node, scope, evaluator);
    case "array":
      return tupleValue(node.items.map((item) => jsonValue(item, scope, evaluator)));
    case "object":
      return jsonObject(node, scope, evaluator);
    case "invalid":
      return UNKNOWN;
    default:
      return node satisfies never;
  }
}

function templateString(text: string, span: Span, scope: Scope, evaluator: Evaluator): Value {
  if (!text.includes("${") && !text.includes("%{")) return stringValue(text);
  // Where nothing may be used, as in variable files, a string is its text.
  if (!scope.functionTable() && !scope.variableNames()) return stringValue(text);
  const { file, start } = rangeOf(span);
  const inside = { line: start.line, column: start.column + 1, byte: start.byte + 1 };
  const { result, diagnostics } = parseTemplateText(text, file, inside);
  if (diagnostics.length > 0) {
    evaluator.report(diagnostics);
    return UNKNOWN;
  }
  return evaluator.value(result, scope);
}

function jsonObject(node: Extract<JsonNode, { type: "object" }>, scope: Scope, evaluator: Evaluator): Value {
  const made = new Map<string, Value>();
  const places = new Map<string, Span>();
  let known = true;
  for (const member of node.members) {
    const key = convert(templateString(member.name, member.nameSpan, scope, evaluator), STRING);
    const value = jsonValue(member.value, scope, evaluator);
    if (key instanceof Fault || key.isNull) {
      const why =
        key instanceof Fault
          ? `Cannot use this expression as an object key: ${key.message}.`
          : "Cannot use null value as an object key.";
      evaluator.error("hcl/invalid-key", "Invalid object key expression", why, member.nameSpan);
      continue;
    }
    if (!key.isKnown) {
      known = false;
      continue;
    }
    const earlier = places.get(key.text);
    if (earlier) {
      const detail = `An attribute named ${goQuote(key.text)} was already defined at ${rangeText(rangeOf(earlier))}.`;
      evaluator.error("hcl/duplicate-key", "Duplicate object attribute", detail, member.nameSpan);
      continue;
    }
    made.set(key.text, value);
    places.set(key.text, member.nameSpan);
  }
  return known ? objectValue(made) : UNKNOWN;
}
