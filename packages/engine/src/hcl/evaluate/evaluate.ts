import { objectValue, STRING, stringValue, unknownValue, type Value } from "@kiln/hcl";
import { append, type Diagnostic, problem, type Template } from "@kiln/sdk";
import type { Surroundings } from "../../json/json-scope.ts";
import { settled } from "../evaluation.ts";
import { HclScope } from "../hcl-scope.ts";
import type { HclFile, HclTemplate, HclVariable } from "../hcl-template.ts";
import { functionScope } from "../scopes.ts";
import { textsOf } from "../values/to-plain.ts";
import { type AssignedValue, type AssignInputs, Assignments } from "../variables/assign.ts";
import { brokenRules, unsetVariables } from "../variables/validate.ts";
import { BuildReader, type HclBuild } from "./builds.ts";
import { evaluateNames } from "./locals-and-data.ts";
import { registryBlock } from "./registry.ts";
import type { DataAccess } from "./run-data-source.ts";

export interface HclInputs extends DataAccess {
  readonly vars: readonly (readonly [string, string])[];
  /** Automatic files first, then `-var-file` in order. */
  readonly varFiles: readonly HclFile[];
  /** What is said about names in variable files that nobody declares. */
  readonly undeclared: AssignInputs["undeclared"];
  readonly surroundings: Surroundings;
  readonly sources: AssignInputs["sources"];
}
/** As much as could be evaluated: `inspect` and `console` show it in spite of mistakes. */
export interface HclState {
  readonly template: Template & { readonly builds: readonly HclBuild[] };
  readonly scope: HclScope;
  readonly variables: ReadonlyMap<string, Value>;
  readonly locals: ReadonlyMap<string, Value>;
  readonly sensitive: readonly string[];
  readonly found: readonly Diagnostic[];
}

/** What is wrong with a template that has nothing to build, which `inspect` and `console` do not mind. */
export function missingBuild(template: HclTemplate): readonly Diagnostic[] {
  if (template.parts.builds.length > 0) return [];
  return [
    problem("template/no-build", "Missing build block", {
      detail: "A build block with one or more sources is required for executing a build.",
    }),
  ];
}

/** Values for variables: the phase that `-syntax-only` ends with. */
export async function assignVariables(template: HclTemplate, inputs: AssignInputs): Promise<Assignments> {
  const assignments = new Assignments(template.parts.variables);
  append(assignments.found, template.found);
  await assignments.assign(inputs);
  return assignments;
}

/**
 * Makes an HCL2 template ready to plan: evaluates all that can be, whatever is wrong elsewhere; that is in `found`. Source:
 * core-behaviour §3.3, phases 6–12.
 */
export async function evaluateHclTemplate(template: HclTemplate, inputs: HclInputs): Promise<HclState> {
  const { parts, root } = template;
  const { host } = inputs.surroundings;
  const { found, values } = await assignVariables(template, { ...inputs, env: host.env });
  append(found, unsetVariables(parts.variables, values));
  const functions = functionScope({ host: inputs.engine.host, surroundings: inputs.surroundings, root });
  append(found, await brokenRules(parts.variables, values, functions));
  const variables = new Map([...parts.variables.values()].map((v) => [v.name, valueOfVariable(v, values)] as const));
  const sensitive = [...parts.variables.values()].flatMap((v) => {
    const value = v.sensitive ? values.get(v.name)?.value : undefined;
    return value ? textsOf(value) : [];
  });
  for (const text of sensitive) inputs.secrets.declare(text);
  const outer = new HclScope(
    functions.child(
      new Map([
        ["var", objectValue(variables)],
        ["path", objectValue({ root: stringValue(root), cwd: stringValue(slashes(host.cwd)) })],
        ["packer", packerValue(inputs.surroundings.packerVersion)],
      ]),
    ),
    inputs.surroundings,
  );
  const names = await evaluateNames(parts, outer, inputs, found);
  const data = new Map([...names.data].map(([type, members]) => [type, objectValue(members)] as const));
  const scope = outer.with({ local: names.locals, data });
  const builds = await settled(() => {
    const inner: Diagnostic[] = [];
    const reader = new BuildReader(scope, parts.sources, inner);
    const read = parts.builds.map((block) => reader.read(block));
    if (parts.registry && !registryIsOff(host.env)) registryBlock(parts.registry, scope, inner);
    return { read, inner };
  });
  append(found, builds.inner);
  return { template: { ...template, builds: builds.read }, scope, variables, locals: names.locals, sensitive, found };
}

function valueOfVariable(variable: HclVariable, values: ReadonlyMap<string, AssignedValue>): Value {
  return values.get(variable.name)?.value ?? unknownValue(variable.type);
}

function packerValue(version: string): Value {
  return objectValue({
    version: stringValue(version),
    iterationID: unknownValue(STRING),
    versionFingerprint: unknownValue(STRING),
  });
}

function registryIsOff(env: Readonly<Record<string, string | undefined>>): boolean {
  return ["off", "0"].includes((env["HCP_PACKER_REGISTRY"] ?? "").toLowerCase());
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
