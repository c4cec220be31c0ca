import { type JsonTemplate, parseJsonTemplate, SecretSet, SourceLines, withoutSecrets } from "@kiln/engine";
import { composeEngine } from "../compose.ts";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { evaluateHcl } from "../template/load-hcl.ts";
import { type ParsedInput, parseInput, type TemplateInput } from "../template/load-template.ts";
import { inspectHcl } from "./inspect-hcl.ts";
import { inspectJson } from "./inspect-json.ts";

/** `inspect [TEMPLATE]`: lists what a template defines. Without a template there is nothing to list, which is no mistake. */
export async function inspect(io: Io, input: TemplateInput): Promise<number> {
  const printer = new Printer(io);
  const parsed =
    input.path === "" ? { ...parseJsonTemplate("{}", ""), sources: new SourceLines() } : await parseInput(io, input);
  if (!parsed.ok) {
    printer.diagnostics(parsed.diagnostics, parsed.sources.lineOf);
    return 1;
  }
  printer.diagnostics(parsed.warnings, parsed.sources.lineOf);
  const { value } = parsed;
  if ("template" in value && value.syntax === "hcl2") return inspectHclInput(io, value, input, printer);
  tellJson("template" in value ? value.template : value, printer);
  return 0;
}

/** Mistakes beyond syntax are not what `inspect` is about: they are passed over, as Packer does. */
async function inspectHclInput(
  io: Io,
  parsed: Extract<ParsedInput, { readonly syntax: "hcl2" }>,
  { vars, varFiles }: TemplateInput,
  printer: Printer,
): Promise<number> {
  const secrets = new SecretSet();
  const engine = composeEngine(io.host, io.journals);
  const options = { vars, varFiles, askData: true, undeclared: "silent" } as const;
  const state = await evaluateHcl(io, parsed, options, engine, secrets);
  if (!state.ok) {
    printer.diagnostics(secrets.maskDeep(state.diagnostics), withoutSecrets(parsed.sources.lineOf, secrets));
    return 1;
  }
  printer.say(secrets.mask(inspectHcl(state.value)));
  return 0;
}

function tellJson(template: JsonTemplate, printer: Printer): void {
  for (const line of inspectJson(template)) {
    if ("say" in line) printer.say(line.say);
    else {
      const [category = "", ...args] = line.record;
      printer.record("", category, ...args);
    }
  }
}
