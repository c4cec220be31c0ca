import {
  type Engine,
  freeOfVariables,
  type PlanResult,
  planTemplate,
  SecretSet,
  type Selection,
  strictly,
  withoutSecrets,
} from "@kiln/engine";
import type { Diagnostic } from "@kiln/sdk";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import type { Printer } from "../output/printer.ts";
import { evaluateInput, type ParsedInput, parseInput, type TemplateInput } from "../template/load-template.ts";

export interface TemplateOptions extends TemplateInput, Selection {
  readonly force: boolean;
  readonly debug: boolean;
}
export interface PlannedTemplate {
  readonly engine: Engine;
  readonly plan: PlanResult;
  readonly secrets: SecretSet;
  readonly parsed: ParsedInput;
  /** Something was wrong with a build; the others may still run. */
  readonly failed: boolean;
}

/** Mistakes that can be seen whatever the variables hold. */
const independent = new Set([
  "component/unknown",
  "config/unknown-key",
  "config/unknown-attribute",
  "config/deprecated-key",
]);

/** Those that are no consequence of values that could not be determined: saying the others too would only confuse. */
function standingAlone(parsed: ParsedInput, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  // HCL2 knows that a value is unknown; in JSON it is an empty text like any other.
  if (parsed.syntax === "hcl2") return diagnostics.filter((d) => !JSON.stringify(d).includes("<unknown>"));
  const free = freeOfVariables(parsed.template);
  return diagnostics.filter((d) => independent.has(d.code) || free(d));
}

async function missingPlugins({ template }: ParsedInput, { only }: TemplateOptions): Promise<readonly Diagnostic[]> {
  if (template.requiredPlugins.size === 0) return [];
  return (await import("../plugins/built-in.ts")).missingPlugins(template.requiredPlugins, only.length > 0);
}

/** Reads, evaluates and plans a template, printing what is wrong with it; undefined where nothing can be planned at all. */
export async function planInput(
  io: Io,
  options: TemplateOptions,
  printer: Printer,
): Promise<PlannedTemplate | undefined> {
  const parsed = await parseInput(io, options);
  if (!parsed.ok) {
    printer.diagnostics(parsed.diagnostics, parsed.sources.lineOf);
    return undefined;
  }
  const signal = io.interrupts.first;
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const evaluated = await evaluateInput(io, parsed.value, options, engine, secrets);
  const lineOf = withoutSecrets(parsed.sources.lineOf, secrets);
  if (!evaluated.ok) {
    printer.diagnostics(secrets.maskDeep([...parsed.warnings, ...evaluated.diagnostics]), lineOf);
    return undefined;
  }
  for (const secret of evaluated.value.sensitive) secrets.declare(secret);
  const found = [...(await missingPlugins(parsed.value, options)), ...evaluated.value.found];
  const broken = found.some((d) => d.severity === "error");
  const plan = await planTemplate(engine, {
    template: evaluated.value.template,
    scope: evaluated.value.scope,
    selection: { only: options.only, except: options.except },
    force: options.force,
    debug: options.debug,
    signal,
    secrets,
    // In JSON a value without a variable is an empty text like any other: `standingAlone` sees to that.
    incomplete: broken && parsed.value.syntax === "hcl2",
  });
  const planned = broken ? standingAlone(parsed.value, plan.diagnostics) : plan.diagnostics;
  const told = [...parsed.warnings, ...found, ...planned];
  const failed = printer.diagnostics(secrets.maskDeep(options.strict ? strictly(told) : told), lineOf);
  if (broken) return undefined;
  return { engine, plan, secrets, parsed: parsed.value, failed };
}
