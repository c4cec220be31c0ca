import { type Checked, type ConfigOf, type Decoded, type Diagnostic, diagnosticsOf, type Schema } from "@kiln/sdk";
import { FakeHost } from "@kiln/sdk/testing";
import { type EvaluatedTemplate, type EvaluateInputs, evaluateJsonTemplate } from "./evaluate.ts";
import type { SecretLookUps } from "./json-scope.ts";
import { parseJsonTemplate } from "./read-template.ts";

/** For tests: inputs with a fake outside world. */
export function inputs(more: Partial<EvaluateInputs> & { readonly lookups?: SecretLookUps } = {}): EvaluateInputs {
  const host = new FakeHost();
  const { lookups, ...rest } = more;
  return {
    vars: {},
    varFiles: [],
    surroundings: {
      host: { env: { HOME: "/home/kiln" }, cwd: "/project", clock: host.clock, random: host.random },
      startedAt: new Date("2024-03-05T14:07:09.000Z"),
      templateDir: "/templates",
      packerVersion: "1.16.0",
      ...(lookups && { lookups }),
    },
    ...rest,
  };
}

/** Reads and evaluates; whatever was found comes with it. */
export async function evaluated(
  template: unknown,
  more: Parameters<typeof inputs>[0] = {},
): Promise<Checked<EvaluatedTemplate>> {
  const text = typeof template === "string" ? template : JSON.stringify(template, null, 2);
  const parsed = parseJsonTemplate(text, "t.json");
  return parsed.ok ? evaluateJsonTemplate(parsed.value, inputs(more)) : parsed;
}

export function valueOf<T>(result: Checked<T>): T {
  if (!result.ok) throw new Error(`refused: ${summaries(result).join("; ")}`);
  return result.value;
}

export function summaries(result: Checked<unknown>): readonly string[] {
  return diagnosticsOf(result).map((d) => d.summary);
}

/** `LINE:COLUMN-LINE:COLUMN` of a diagnostic's subject. */
export function place(found: Diagnostic | undefined): string {
  const { start, end } = found?.subject ?? {};
  return start && end ? `${start.line}:${start.column}-${end.line}:${end.column}` : "nowhere";
}

/** Decodes the options of the first provisioner, as the engine would. */
export async function decoded<S extends Schema>(
  schema: S,
  config: Readonly<Record<string, unknown>> | string,
  names: Readonly<Record<string, unknown>> = {},
  variables: Readonly<Record<string, string>> = {},
): Promise<Checked<Decoded<ConfigOf<S>>>> {
  const provisioner = typeof config === "string" ? config : JSON.stringify({ type: "test", ...config }, null, 2);
  const text = `{"builders":[{"type":"null"}],"variables":${JSON.stringify(variables)},"provisioners":[${provisioner}]}`;
  const { template, scope } = valueOf(await evaluated(text));
  const block = template.builds[0]?.provisioners[0];
  if (!block) throw new Error("no provisioner");
  const inner = scope.child({ source: { type: "null", name: "nul" }, ...names });
  return block.body.decode(schema, inner);
}
