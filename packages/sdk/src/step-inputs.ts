import type { InputsContext, StepInputs } from "./cache.ts";
import { StepError } from "./errors.ts";
import type { Schema } from "./schema.ts";

export interface InputFiles {
  /** Paths; those that are not set are left out. */
  readonly files?: readonly (string | undefined)[];
  readonly fileNoun?: string;
  /** Options that the run renders although they were rendered before (`inline`). */
  readonly rendered?: readonly string[];
}

/**
 * Inputs of a provisioner that depends on its options, with the text that the run renders as it will come out but for the component's own
 * names, and on the files it sends.
 */
export function stepInputs(
  schema: Schema,
  settings: Readonly<Record<string, unknown>>,
  run: InputsContext,
  { files = [], fileNoun, rendered = [] }: InputFiles = {},
): StepInputs {
  const late = (name: string): boolean => schema[name]?.lateTemplate === true || rendered.includes(name);
  const config = Object.entries(settings).map(([name, value]) => [name, late(name) ? asRendered(value, run) : value]);
  return {
    config: Object.fromEntries(config) as Readonly<Record<string, unknown>>,
    files: files.filter((path): path is string => path !== undefined && path !== ""),
    ...(fileNoun !== undefined && { fileNoun }),
    facts: { "the build's name": run.buildName, "the builder's type": run.builderType },
  };
}

function asRendered(value: unknown, run: InputsContext): unknown {
  if (Array.isArray(value)) return value.map((item) => asRendered(item, run));
  if (typeof value !== "string") return value;
  const result = run.render(value, {});
  if (result.ok) return result.value;
  const [first] = result.diagnostics;
  throw new StepError(`${first?.summary ?? "it cannot be rendered"}: ${value}`, { code: "cache/render" });
}
