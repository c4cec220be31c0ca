import type { LineOf } from "@kiln/engine";
import { append, type Diagnostic } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { Printer } from "../output/printer.ts";
import { checkSyntax, parseInput } from "../template/load-template.ts";
import { planInput, type TemplateOptions } from "./run-template.ts";

export interface ValidateOptions extends TemplateOptions {
  readonly syntaxOnly: boolean;
  /** `json`: one document of everything that was found. */
  readonly output?: "text" | "json";
}

/** Keeps what would be printed. */
class Findings extends Printer {
  readonly all: Diagnostic[] = [];

  override diagnostics(diagnostics: readonly Diagnostic[], _lineOf: LineOf): boolean {
    append(this.all, diagnostics);
    return diagnostics.some((d) => d.severity === "error");
  }
}

/** `validate`: says whether a template would run, and makes nothing. */
export async function validate(io: Io, options: ValidateOptions): Promise<number> {
  if (options.output === "json") {
    const findings = new Findings(io);
    const valid = await isValid(io, options, findings);
    new Printer(io).raw(`${JSON.stringify({ valid, diagnostics: findings.all }, null, 2)}\n`);
    return valid ? 0 : 1;
  }
  const printer = new Printer(io);
  if (!(await isValid(io, options, printer))) return 1;
  printer.say(
    options.syntaxOnly ? "Syntax-only check passed. Everything looks okay." : "Template validated successfully.",
  );
  return 0;
}

async function isValid(io: Io, options: ValidateOptions, printer: Printer): Promise<boolean> {
  if (options.syntaxOnly) {
    const parsed = await parseInput(io, options);
    const found = parsed.ok
      ? [...parsed.warnings, ...(await checkSyntax(io, parsed.value, options))]
      : parsed.diagnostics;
    return !printer.diagnostics(found, parsed.sources.lineOf);
  }
  const planned = await planInput(io, options, printer);
  return planned !== undefined && !planned.failed;
}
