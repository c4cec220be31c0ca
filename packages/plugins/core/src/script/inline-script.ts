import { type RunContext, StepError } from "@kiln/sdk";

/** Renders text with what the run knows; a mistake in it ends the step. */
export function rendered(
  run: Pick<RunContext, "render">,
  template: string,
  data: Readonly<Record<string, unknown>>,
  what: string,
): string {
  const result = run.render(template, data);
  if (result.ok) return result.value;
  const [first] = result.diagnostics;
  throw new StepError(`Error processing ${what}: ${first?.detail ?? first?.summary ?? "invalid template"}`, {
    code: "script/template",
  });
}

export interface InlineOptions {
  /** The interpreter line's command, without `#!`. */
  readonly shebang: string;
  /** Adds the line even before a text that has one. */
  readonly always: boolean;
}

/**
 * The script that a list of commands makes. Each is rendered with the build's values. A text that brings its own `#!` line keeps it
 * unless the template asked for another (Packer since 1.13).
 */
export function inlineScript(
  run: Pick<RunContext, "render">,
  commands: readonly string[],
  options: InlineOptions,
): string {
  const lines = commands.map((command) => `${rendered(run, command, {}, "command")}\n`).join("");
  return options.always || !lines.startsWith("#!") ? `#!${options.shebang}\n${lines}` : lines;
}
