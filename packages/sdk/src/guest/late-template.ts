import { StepError } from "../errors.ts";
import type { RunContext } from "../run.ts";

/** What Go's templates print for a name that the data do not have. */
const noValue = "<no value>";

/**
 * Renders an option's `{{ }}` text with what the run knows; a mistake in it, a name that there is not included, ends the step, by the
 * option's name.
 */
export function renderedOption(
  run: Pick<RunContext, "render">,
  option: string,
  template: string,
  data: Readonly<Record<string, unknown>> = {},
): string {
  const result = run.render(template, data);
  if (result.ok) {
    if (result.value.includes(noValue) && !template.includes(noValue)) throw unknownName(option, template, data);
    return result.value;
  }
  const [first] = result.diagnostics;
  throw new StepError(`Error processing ${option}: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
    code: "guest/template",
  });
}

function unknownName(option: string, template: string, data: Readonly<Record<string, unknown>>): StepError {
  const asked = Array.from(template.matchAll(/\{\{[^{}]*?\.([A-Z]\w*)/g), ([, name = ""]) => name);
  const unknown = asked.filter((name) => data[name] === undefined).map((name) => `.${name}`);
  const known = Object.keys(data).map((name) => `.${name}`);
  const what = unknown.length > 0 ? `there is no ${unknown.join(", ")}` : "it asks for something that there is not";
  return new StepError(`Error processing ${option}: ${what}. What it may use: ${known.join(", ") || "nothing"}.`, {
    code: "guest/template",
  });
}
