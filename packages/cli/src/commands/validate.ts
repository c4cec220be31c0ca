import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { checkSyntax, parseInput } from "../template/load-template.ts";
import { planInput, type TemplateOptions } from "./run-template.ts";

export interface ValidateOptions extends TemplateOptions {
  readonly syntaxOnly: boolean;
}

/** `validate`: says whether a template would run, and makes nothing. */
export async function validate(io: Io, options: ValidateOptions): Promise<number> {
  const printer = new Printer(io);
  if (options.syntaxOnly) {
    const parsed = await parseInput(io, options);
    const found = parsed.ok
      ? [...parsed.warnings, ...(await checkSyntax(io, parsed.value, options))]
      : parsed.diagnostics;
    if (printer.diagnostics(found, parsed.sourceOf)) return 1;
    printer.say("Syntax-only check passed. Everything looks okay.");
    return 0;
  }
  const planned = await planInput(io, options, printer);
  if (!planned || planned.failed) return 1;
  printer.say("Template validated successfully.");
  return 0;
}
