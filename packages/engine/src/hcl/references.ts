import {
  type Body,
  type Expression,
  JsonSyntaxBody,
  NativeSyntaxBody,
  type Reference,
  referencesInJson,
  referencesIn as referencesInNative,
  referencesOf,
} from "@kiln/hcl";

/** Every reference to a variable inside an expression, those that the expression itself introduces (`for`) left out. */
export function referencesIn(expression: Expression): readonly Reference[] {
  return referencesOf(expression);
}

/** Every reference in a body and the blocks inside it. */
export function referencesInBody(body: Body): readonly Reference[] {
  if (body instanceof NativeSyntaxBody) return referencesInNative(body.tree);
  return body instanceof JsonSyntaxBody ? referencesInJson(body.node) : [];
}

/** The name of the step at a place: `attributeOf(var.a.b, 0)` is `a`. */
export function attributeOf(reference: Reference, index: number): string | undefined {
  const step = reference.steps[index];
  if (!step) return undefined;
  if (step.kind === "attribute") return step.name;
  return typeof step.key.raw === "string" ? step.key.raw : undefined;
}
