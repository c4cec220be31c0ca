import {
  evaluateText,
  type HclScope,
  listNames,
  parseJsonTemplate,
  renderText,
  SecretSet,
  SourceLines,
  withoutSecrets,
} from "@kiln/engine";
import { checked, type Diagnostic, type EvalScope } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";
import { emptyHcl, evaluateHcl, type ParsedHcl } from "../template/load-hcl.ts";
import { evaluateInput, type ParsedInput, parseInput, type TemplateInput } from "../template/load-template.ts";

export type Answer = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] };
/** A console over one template. */
export interface Session {
  evaluate(line: string): Promise<Answer>;
  /** All names with their values. */
  variables(): string;
}

/** Expressions over the names of an HCL2 template; mistakes in the template are passed over as far as can be. */
export async function hclSession(io: Io, input: TemplateInput, printer: Printer): Promise<Session | undefined> {
  const parsed = input.path === "" ? { ...emptyHcl(io), sources: new SourceLines() } : await parseInput(io, input);
  if (!parsed.ok) {
    printer.diagnostics(parsed.diagnostics, parsed.sources.lineOf);
    return undefined;
  }
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const options = { vars: input.vars, varFiles: input.varFiles, askData: false, undeclared: "silent" } as const;
  const state = await evaluateHcl(io, parsed.value as ParsedHcl, options, engine, secrets);
  if (!state.ok) {
    printer.diagnostics(secrets.maskDeep(state.diagnostics), withoutSecrets(parsed.sources.lineOf, secrets));
    return undefined;
  }
  const scope: HclScope = state.value.scope;
  return {
    evaluate: async (line) => {
      const result = await evaluateText(line, scope);
      return result.ok ? { text: secrets.mask(result.value) } : result;
    },
    variables: () => secrets.mask(listNames(state.value)),
  };
}

const nothing = `{"builders": [{"type": "null", "communicator": "none"}]}`;

/** Template text over the user variables of a JSON template. */
export async function jsonSession(io: Io, input: TemplateInput, printer: Printer): Promise<Session | undefined> {
  const parsed = input.path === "" ? emptyJson() : await parseInput(io, input);
  if (!parsed.ok || parsed.value.syntax !== "json") {
    printer.diagnostics(parsed.ok ? [] : parsed.diagnostics, parsed.sources.lineOf);
    return undefined;
  }
  const { template } = parsed.value;
  const given = new Set(input.vars.map(([name]) => name));
  // A console can do without a variable that a build would insist on.
  const unset = [...template.rawVariables.values()].filter(
    ({ name, fallback }) => fallback === undefined && !given.has(name),
  );
  const vars = [...unset.map(({ name }) => [name, ""] as const), ...input.vars];
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const evaluated = await evaluateInput(io, parsed.value, { ...input, vars }, engine, secrets);
  if (!evaluated.ok) {
    printer.diagnostics(evaluated.diagnostics, parsed.sources.lineOf);
    return undefined;
  }
  const { scope, sensitive } = evaluated.value;
  for (const secret of sensitive) secrets.declare(secret);
  return {
    evaluate: async (line) => {
      const rendered = renderText(line, scope);
      return rendered.ok ? { text: secrets.mask(rendered.value) } : rendered;
    },
    variables: () => secrets.mask(`\n${userVariables(scope).join("\n")}`),
  };
}

function userVariables(scope: EvalScope): readonly string[] {
  const variables = (scope.names.get("var") ?? {}) as Readonly<Record<string, unknown>>;
  return Object.entries(variables)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${String(value)},`);
}

function emptyJson() {
  const sources = new SourceLines();
  const parsed = parseJsonTemplate(nothing, "");
  if (!parsed.ok) return { ...parsed, sources };
  const value: ParsedInput = { syntax: "json", template: parsed.value, sources };
  return { ...checked(value), sources };
}
