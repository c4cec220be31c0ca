import { renderTemplate } from "@kiln/go-template";
import {
  type Checked,
  type Diagnostic,
  type EvalScope,
  problem,
  type SourceRange,
  type Template,
  verdict,
} from "@kiln/sdk";
import { checkTemplate } from "./check-template.ts";
import type { JsonComponent } from "./json-component.ts";
import { interpolation, JsonScope, type Surroundings } from "./json-scope.ts";
import type { JsonTemplate } from "./json-template.ts";
import { templateFailure } from "./render.ts";
import { undeclaredVariables, unusedVariables } from "./strict.ts";
import { type Assigned, readVarFile, type VarFile } from "./var-files.ts";
import { evaluateVariables } from "./variables.ts";

export interface AssignJsonInputs {
  /** `-var`: later ones already over earlier ones. */
  readonly vars: Readonly<Record<string, string>>;
  /** `-var-file`, in the order given. */
  readonly varFiles: readonly VarFile[];
  /** Told of places that hold secrets. */
  conceal?(range: SourceRange): void;
}
export interface EvaluateInputs extends AssignJsonInputs {
  readonly surroundings: Surroundings;
  /** Variables that are not used, or set and not declared, are errors. */
  readonly strict?: boolean;
}
export interface EvaluatedTemplate {
  /** Builders bear their rendered names and stand in the order of those, as Packer builds them. */
  readonly template: Template;
  /** Has `var`, `path` and `packer`; the engine adds `source` and `build`. */
  readonly scope: EvalScope;
  /** Values to mask. */
  readonly sensitive: readonly string[];
}

/** A template's values, and what is wrong with them: with an error among `found` they serve for checking the rest, never for running. */
export interface JsonEvaluation {
  readonly evaluated: EvaluatedTemplate;
  readonly found: readonly Diagnostic[];
}

/** The texts that variables are given from outside: the phase that `-syntax-only` ends with. */
export function assignJson(
  template: JsonTemplate,
  inputs: AssignJsonInputs,
): { readonly assigned: ReadonlyMap<string, Assigned>; readonly found: readonly Diagnostic[] } {
  const assigned = new Map<string, Assigned>();
  const secret = { names: new Set(template.sensitiveNames), conceal: inputs.conceal ?? (() => {}) };
  for (const name of secret.names) {
    const variable = template.rawVariables.get(name);
    if (variable) secret.conceal(template.source.range(variable.node.start, variable.node.end));
  }
  const found = inputs.varFiles.flatMap((file) => readVarFile(file, assigned, secret));
  for (const [name, text] of Object.entries(inputs.vars)) assigned.set(name, { text });
  return { assigned, found };
}

/**
 * Makes a template ready to plan: variables get their values (`-var` over files over defaults), are rendered, and the names of builders
 * with them. Variables without a value count as empty. Source: core-behaviour §2.2–2.4.
 */
export async function evaluateJson(template: JsonTemplate, inputs: EvaluateInputs): Promise<JsonEvaluation> {
  const { surroundings } = inputs;
  const { assigned, found: misread } = assignJson(template, inputs);
  const found = [...misread];
  if (inputs.strict) found.push(...undeclaredVariables(template, assigned), ...unusedVariables(template));
  found.push(...checkTemplate(template, assigned, surroundings.packerVersion));
  const variables = await evaluateVariables(withoutRequired(template, assigned), assigned, surroundings);
  found.push(...variables.found);
  const names = new Map<string, unknown>([
    ["var", Object.fromEntries(variables.values)],
    ["path", { root: surroundings.templateDir ?? "", cwd: surroundings.host.cwd }],
    ["packer", { version: surroundings.packerVersion }],
  ]);
  const scope = new JsonScope(names, surroundings);
  const named = nameBuilders(template.parts.builders, scope, found);
  const sensitive = template.sensitiveNames.flatMap((name) => variables.values.get(name) || []);
  return { evaluated: { template: withNames(template, named), scope, sensitive }, found: grouped(found) };
}

/** The same for those who only go on with a sound template. */
export async function evaluateJsonTemplate(
  template: JsonTemplate,
  inputs: EvaluateInputs,
): Promise<Checked<EvaluatedTemplate>> {
  const { evaluated, found } = await evaluateJson(template, inputs);
  return verdict(evaluated, found);
}

/** Packer prints these under an `Error: ` without words. */
function grouped(found: readonly Diagnostic[]): readonly Diagnostic[] {
  if (found.every((d) => d.severity === "warning")) return found;
  return found.map((d) => (d.severity === "error" ? { ...d, group: "The template is not valid" } : d));
}

/** Those that nobody set count as empty, so that one run tells what else is wrong. */
function withoutRequired(template: JsonTemplate, assigned: ReadonlyMap<string, Assigned>): JsonTemplate {
  const rawVariables = new Map(template.rawVariables);
  for (const [name, variable] of rawVariables)
    if (variable.fallback === undefined && !assigned.has(name))
      rawVariables.set(name, {
        ...variable,
        fallback: "",
        node: { kind: "string", start: variable.node.start, end: variable.node.end, value: "" },
      });
  return { ...template, rawVariables };
}

/** Rendered names by raw names. */
function nameBuilders(
  builders: readonly JsonComponent[],
  scope: JsonScope,
  found: Diagnostic[],
): ReadonlyMap<string, string> {
  const named = new Map<string, string>();
  const taken = new Map<string, JsonComponent>();
  for (const builder of builders) {
    const { nameNode, typeNode, source } = builder.parts;
    const node = nameNode ?? typeNode;
    const result = renderTemplate(builder.name, interpolation(scope), "until-stable");
    if (!result.ok) {
      const summary = `Error interpolating builder '${builder.name}': ${result.problem.message}`;
      if (node.kind === "string") found.push(templateFailure(result.problem, node, source, summary));
      continue;
    }
    const name = result.value;
    const first = taken.get(name);
    if (first)
      found.push(
        problem("template/duplicate-builder", `${builder.parts.label}: builder with name '${name}' already exists`, {
          detail: `The name of the builder on line ${first.range.start.line} renders to the same.`,
          subject: source.range(node.start, node.end),
        }),
      );
    taken.set(name, builder);
    named.set(builder.name, name);
  }
  return named;
}

function withNames(template: JsonTemplate, names: ReadonlyMap<string, string>): Template {
  const { parts } = template;
  const named = (component: JsonComponent): JsonComponent => component.named(component.name, names);
  const builders = parts.builders.map((builder) => builder.named(names.get(builder.name) ?? builder.name, names));
  return {
    ...template,
    sources: builders,
    builds: template.builds.map((build) => ({
      ...build,
      sources: builders.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      provisioners: parts.provisioners.map(named),
      ...(parts.onError && { onError: named(parts.onError) }),
      postProcessors: parts.postProcessors.map((chain) => chain.map(named)),
    })),
  };
}
