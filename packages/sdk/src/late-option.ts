import { StepError } from "./errors.ts";
import type { RunContext } from "./run.ts";

/** An option with `{{ }}` text that the run renders, whose names Packer keeps in a struct. */
export interface LateOption {
  readonly option: string;
  /** Packer's Go type of the names: `*shell.ExecuteCommandTemplate`. */
  readonly type: string;
  /** What is said before the reason; otherwise `Error processing OPTION`. */
  readonly complaint?: string;
}

/** Renders an option's text; a mistake in it, a name that there is not included, ends the step and says what names there are. */
export function renderedOption(
  run: Pick<RunContext, "render">,
  { option, type, complaint = `Error processing ${option}` }: LateOption,
  template: string,
  data: Readonly<Record<string, unknown>>,
): string {
  const result = run.render(template, data, type);
  if (result.ok) return result.value;
  const why = result.diagnostics.map(({ summary, detail }) => (detail ? `${summary}\n${detail}` : summary)).join("\n");
  throw new StepError(`${complaint}: ${why}\n${mayUse(option, data)}`, { code: "template/option" });
}

/** `boot_command may use .HTTPIP, .HTTPPort.` */
export function mayUse(option: string, data: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(data).map((name) => `.${name}`);
  return names.length > 0 ? `${option} may use ${names.join(", ")}.` : `${option} has no names of its own.`;
}
