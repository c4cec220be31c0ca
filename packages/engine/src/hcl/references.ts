import type { Expression, NativeBody, Reference } from "@kiln/hcl";

/** Every reference to a variable inside an expression, those that the expression itself introduces (`for`) left out. */
export function referencesIn(expression: Expression): Set<Reference> {
  const found = new Set<Reference>();
  collect(expression, new Set(), found);
  return found;
}

/** Every reference in a body and the blocks inside it. */
export function referencesInBody(body: NativeBody, found: Set<Reference> = new Set()): Set<Reference> {
  for (const attribute of body.attributes.values()) collect(attribute.expression, new Set(), found);
  for (const block of body.blocks) referencesInBody(block.body, found);
  return found;
}

/** The name of the step at a place: `attributeOf(var.a.b, 0)` is `a`. */
export function attributeOf(reference: Reference, index: number): string | undefined {
  const step = reference.steps[index];
  if (!step) return undefined;
  if (step.kind === "attribute") return step.name;
  return typeof step.key.raw === "string" ? step.key.raw : undefined;
}

function collect(expression: Expression, bound: ReadonlySet<string>, found: Set<Reference>): void {
  switch (expression.kind) {
    case "reference":
      if (!bound.has(expression.root)) found.add(expression);
      return;
    case "for": {
      collect(expression.collection, bound, found);
      const inner = new Set([...bound, expression.keyName, expression.valueName]);
      for (const part of [expression.key, expression.value, expression.condition])
        if (part) collect(part, inner, found);
      return;
    }
    case "key":
      // A bare word is the key itself.
      if (expression.forceExpression || expression.expression.kind !== "reference")
        collect(expression.expression, bound, found);
      return;
    default:
      for (const part of partsOf(expression)) collect(part, bound, found);
  }
}

function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "traversal":
      return [expression.from];
    case "call":
      return expression.arguments;
    case "conditional":
      return [expression.condition, expression.then, expression.otherwise];
    case "index":
      return [expression.collection, expression.key];
    case "tuple":
      return expression.items;
    case "object":
      return expression.items.flatMap((item) => [item.key, item.value]);
    case "splat":
      return [expression.from, expression.each];
    case "template":
      return expression.parts;
    case "wrap":
    case "parentheses":
      return [expression.expression];
    case "join":
      return [expression.tuple];
    case "binary":
      return [expression.left, expression.right];
    case "unary":
      return [expression.operand];
    default:
      return [];
  }
}
