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
import { emptyHcl, evaluateHcl } from "../template/load-hcl.ts";
import {
  checkSyntax,
  evaluateInput,
  type ParsedInput,
  parseInput,
  type TemplateInput,
} from "../template/load-template.ts";

export type Answer = { readonly text: string } | { readonly diagnostics: readonly Diagnostic[] };
/** A console over one template. */
export interface Session {
  evaluate(line: string): Promise<Answer>;
  /** All names with their values. */
  variables(): string;
}

/** Expressions over the names of an HCL2 template; mistakes in the template are passed over as far as can be. */
export async function hclSession(io: Io, input: TemplateInput, printer: Printer): Promise<Session | undefined> {
  const parsed = await accepted(io, input, printer, input.path === "" ? noHcl(io) : await parseInput(io, input));
  if (parsed?.syntax !== "hcl2") return undefined;
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const options = { vars: input.vars, varFiles: input.varFiles, askData: false, undeclared: "silent" } as const;
  const state = await evaluateHcl(io, parsed, options, engine, secrets);
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
  const parsed = await accepted(io, input, printer, input.path === "" ? noJson() : await parseInput(io, input));
  if (parsed?.syntax !== "json") return undefined;
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const evaluated = await evaluateInput(io, parsed, input, engine, secrets);
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

type Read = Awaited<ReturnType<typeof parseInput>>;

/** Like Packer, a console wants a template that parses and values that fit its variables; what else is wrong it passes over. */
async function accepted(io: Io, input: TemplateInput, printer: Printer, read: Read): Promise<ParsedInput | undefined> {
  const found = read.ok ? await checkSyntax(io, read.value, input) : read.diagnostics;
  const { lineOf } = read.sources;
  if (found.some((d) => d.severity === "error")) printer.diagnostics(found, lineOf);
  else if (read.ok) return read.value;
  return undefined;
}

function noHcl(io: Io): Read {
  const read = emptyHcl(io);
  const sources = new SourceLines();
  return read.ok ? { ...checked<ParsedInput>({ ...read.value, syntax: "hcl2" }), sources } : { ...read, sources };
}

function noJson(): Read {
  const sources = new SourceLines();
  const read = parseJsonTemplate(nothing, "");
  return read.ok
    ? { ...checked<ParsedInput>({ syntax: "json", template: read.value, sources }), sources }
    : { ...read, sources };
}
