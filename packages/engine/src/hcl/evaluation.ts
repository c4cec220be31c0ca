import {
  type AttributeContent,
  convert,
  type Expression,
  evaluate,
  Fault,
  rangeOf,
  type Scope,
  settle,
  type Type,
  type Value,
} from "@kiln/hcl";
import { type Diagnostic, nearestName, problem } from "@kiln/sdk";
import { attributeOf, referencesIn } from "./references.ts";

/** Runs synchronous work that evaluates expressions; work that has to wait for the outside is run again when the answer is there. */
export const settled: <R>(work: () => R) => Promise<R> = settle;

/** The value of an expression; undefined where something is wrong with it, which goes to `found`. */
export function valueIn(expression: Expression, scope: Scope | undefined, found: Diagnostic[]): Value | undefined {
  const { value, diagnostics } = evaluate(expression, scope);
  if (diagnostics.length === 0) return value;
  for (const diagnostic of diagnostics) found.push(scope ? withNearName(diagnostic, expression, scope) : diagnostic);
  return diagnostics.some((d) => d.severity === "error") ? undefined : value;
}

/**
 * The value of an argument that is the engine's own, converted to its type; null stays null. Undefined where something is wrong with it,
 * which goes to `found`.
 */
export function argumentIn(
  { name, expression }: Argument,
  type: Type,
  scope: Scope | undefined,
  found: Diagnostic[],
): Value | undefined {
  const value = valueIn(expression, scope, found);
  const made = value && convert(value, type);
  if (!(made instanceof Fault)) {
    if (!made?.items.some((item) => item.isNull)) return made;
    found.push(unsuitable({ name, expression }, "null value is not allowed"));
  } else found.push(unsuitable({ name, expression }, made.message));
  return undefined;
}

/** The same where nothing may be used, and null will not do. */
export function literalIn(argument: Argument, type: Type, found: Diagnostic[]): Value | undefined {
  const value = argumentIn(argument, type, undefined, found);
  if (!value?.isNull) return value;
  found.push(unsuitable(argument, "null value is not allowed"));
  return undefined;
}

/** An argument whose value will not do. */
export function unsuitable({ name, expression }: Argument, why: string): Diagnostic {
  return problem("config/wrong-type", "Unsuitable value type", {
    detail: `Unsuitable value for "${name}": ${why}.`,
    subject: rangeOf(expression),
  });
}

type Argument = Pick<AttributeContent, "name" | "expression">;

const nouns: Readonly<Record<string, string>> = {
  var: "variable",
  local: "local",
  data: "data source",
  build: "value of the build",
  source: "value of the source",
  packer: "value of packer",
  path: "path",
};

/** HCL does not say which name was missing from which; this does, with the one that was probably meant. */
function withNearName(diagnostic: Diagnostic, expression: Expression, scope: Scope): Diagnostic {
  if (diagnostic.code === "hcl/unknown-function" && diagnostic.detail?.includes('named "env"'))
    return {
      ...diagnostic,
      detail: `${diagnostic.detail} The environment is open to default values of variables alone: declare a variable with default = env("NAME").`,
    };
  if (diagnostic.code !== "hcl/unsupported-attribute") return diagnostic;
  for (const reference of referencesIn(expression)) {
    const noun = Object.hasOwn(nouns, reference.root) ? nouns[reference.root] : undefined;
    const name = attributeOf(reference, 0);
    const step = reference.steps[0];
    const root = scope.variable(reference.root);
    if (noun === undefined || name === undefined || !step || !root?.isKnown || root.entries.has(name)) continue;
    const at = step.source.range(step.start, step.end);
    if (diagnostic.subject?.start.byte !== at.start.byte || diagnostic.subject.file !== at.file) continue;
    const near = nearestName(name, root.entries.keys());
    const hint = near === undefined ? "" : ` Did you mean "${near}"?`;
    return {
      ...diagnostic,
      detail: `${diagnostic.detail ?? ""} There is no ${noun} called "${name}".${hint}`,
      ...(near !== undefined && { suggestion: { replace: at, with: `.${near}` } }),
    };
  }
  return diagnostic;
}
