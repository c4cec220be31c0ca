import { type RunContext, StepError } from "@kiln/sdk";

/** Renders text with what the run knows; a mistake in it ends the step. `what` as in `Could not interpolate WHAT: …`. */
export function renderText(
  ctx: Pick<RunContext, "render">,
  template: string,
  data: Readonly<Record<string, unknown>>,
  what: string,
): string {
  const result = ctx.render(template, data);
  if (result.ok) return result.value;
  const [first] = result.diagnostics;
  throw new StepError(`Could not interpolate ${what}: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
    code: "ansible/template",
  });
}
