import { StepError } from "../errors.ts";
import type { RunContext } from "../run.ts";

/** Renders an option's `{{ }}` text with what the run knows; a mistake in it ends the step, by the option's name. */
export function renderedOption(
  run: Pick<RunContext, "render">,
  option: string,
  template: string,
  data: Readonly<Record<string, unknown>> = {},
): string {
  const result = run.render(template, data);
  if (result.ok) return result.value;
  const [first] = result.diagnostics;
  throw new StepError(`Error processing ${option}: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
    code: "guest/template",
  });
}
