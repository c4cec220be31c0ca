import type { Expression, JsonNode, NativeBody, Reference } from "../syntax/ast.ts";
import { parseTemplateText } from "../syntax/parse.ts";

/** Every variable that an expression refers to, but for the names that its own `for` expressions define. */
export function referencesOf(expression: Expression): readonly Reference[] {
  const found: Reference[] = [];
  walk(expression, new Set(), found);
  return found;
}

/** Every variable that a body of the native syntax refers to, at any depth; iterators of dynamic blocks included. */
export function referencesIn(body: NativeBody): readonly Reference[] {
  const found: Reference[] = [];
  const pending: NativeBody[] = [body];
  for (let next = pending.pop(); next; next = pending.pop()) {
    for (const { expression } of next.attributes.values()) walk(expression, new Set(), found);
    for (const block of next.blocks) pending.push(block.body);
  }
  return found;
}

/** Every variable that the strings of a JSON value refer to. */
export function referencesInJson(node: JsonNode): readonly Reference[] {
  const found: Reference[] = [];
  walkJson(node, new Set(), found);
  return found;
}

function walkJson(node: JsonNode, hidden: ReadonlySet<string>, found: Reference[]): void {
  if (node.type === "array") for (const item of node.items) walkJson(item, hidden, found);
  else if (node.type === "string") walkText(node.text, node.source.file, hidden, found);
  else if (node.type === "object") {
    for (const { name, value } of node.members) {
      walkText(name, node.source.file, hidden, found);
      walkJson(value, hidden, found);
    }
  }
}

function walkText(text: string, file: string, hidden: ReadonlySet<string>, found: Reference[]): void {
  if (text.includes("${") || text.includes("%{")) walk(parseTemplateText(text, file).result, hidden, found);
}

function walk(expression: Expression, hidden: ReadonlySet<string>, found: Reference[]): void {
  const each = (list: readonly Expression[]): void => {
    for (const e of list) walk(e, hidden, found);
  };
  switch (expression.kind) {
    case "reference":
      if (!hidden.has(expression.root)) found.push(expression);
      return;
    case "traversal":
      return walk(expression.from, hidden, found);
    case "call":
      return each(expression.arguments);
    case "conditional":
      return each([expression.condition, expression.then, expression.otherwise]);
    case "index":
      return each([expression.collection, expression.key]);
    case "tuple":
      return each(expression.items);
    case "template":
      return each(expression.parts);
    case "object":
      for (const { key, value } of expression.items) each([key, value]);
      return;
    case "key": {
      const inner = expression.expression;
      const bare = inner.kind === "reference" && inner.steps.length === 0 && !expression.forceExpression;
      return bare ? undefined : walk(inner, hidden, found);
    }
    case "for": {
      walk(expression.collection, hidden, found);
      const inside = new Set([...hidden, expression.keyName, expression.valueName]);
      for (const e of [expression.key, expression.value, expression.condition]) if (e) walk(e, inside, found);
      return;
    }
    case "splat":
      return each([expression.from, expression.each]);
    case "join":
      return walk(expression.tuple, hidden, found);
    case "binary": {
      let left: Expression = expression;
      const rights: Expression[] = [];
      for (; left.kind === "binary"; left = left.left) rights.push(left.right);
      walk(left, hidden, found);
      return each(rights.reverse());
    }
    case "unary":
      return walk(expression.operand, hidden, found);
    case "wrap":
    case "parentheses":
    case "bound":
      return walk(expression.expression, hidden, found);
    case "json":
      return walkJson(expression.node, hidden, found);
    case "literal":
    case "broken":
    case "item":
      return;
    default:
      expression satisfies never;
  }
}
