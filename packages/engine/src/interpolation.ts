import {
  buildPlaceholder,
  type FunctionTable,
  type GoInput,
  goString,
  goValue,
  type InterpolationContext,
  renderTemplate,
  textFunction,
  textOf,
} from "@kiln/go-template";
import { checked, type EvalScope, pending, problem, refused, type TemplateFunctions } from "@kiln/sdk";
import type { RenderFactory } from "./engine.ts";

/** What `{{ }}` text takes from the process, the same for all of a command. */
export interface Ambient {
  /** Nanoseconds since 1970 when this command started: what `timestamp` and `isotime` give. */
  readonly startedAt: bigint;
  readonly now: () => bigint;
  readonly randomBytes: (count: number) => Uint8Array;
  readonly workingDirectory: string;
  readonly packerVersion: string;
}

/** Plain data as Go's templates take it; what only the run will know is its placeholder, everything unprintable is left out. */
function goInput(value: unknown): GoInput {
  if (value === pending) return buildPlaceholder;
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint" || typeof value === "boolean")
    return value;
  if (Array.isArray(value)) return value.map((v: unknown) => goInput(v));
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, goInput(v)]));
}

/** Build values are strings to Go templates, whatever they are to HCL2. */
function buildText(values: unknown): Readonly<Record<string, GoInput>> {
  if (typeof values !== "object" || values === null) return {};
  return Object.fromEntries(
    Object.entries(values).map(([k, v]) => [
      k,
      v === pending ? buildPlaceholder : typeof v === "object" ? goInput(v) : String(v ?? ""),
    ]),
  );
}

/** A component's functions over strings, with as many parameters as they name; a refusal becomes the template's error. */
function textFunctionsOf(functions: TemplateFunctions): FunctionTable {
  return new Map(
    Object.entries(functions).map(([name, call]) => {
      const parameters = Array.from({ length: Math.max(1, call.length) }, () => goString);
      const run = (args: Parameters<Parameters<typeof textFunction>[1]>[0]): string => call(...args.map(textOf));
      return [name, textFunction(parameters, run)] as const;
    }),
  );
}

/**
 * Packer's template functions in a scope. JSON templates hold their user variables in a Map under `var`; HCL2 has no user variables
 * in `{{ }}` text. `data` are the `.Names`, above the build's values.
 */
export function interpolationContext(
  ambient: Ambient,
  scope: EvalScope,
  functions: TemplateFunctions,
  data: Readonly<Record<string, unknown>> = {},
): InterpolationContext {
  const variables = scope.names.get("var");
  const source = scope.names.get("source") as { readonly type?: string; readonly name?: string } | undefined;
  const path = scope.names.get("path") as { readonly root?: string } | undefined;
  const { startedAt, now, randomBytes, workingDirectory, packerVersion } = ambient;
  const given = goInput(data) as Readonly<Record<string, GoInput>>;
  const values = goValue({ ...buildText(scope.names.get("build")), ...given });
  return {
    startedAt,
    now,
    randomBytes,
    workingDirectory,
    packerVersion,
    functions: textFunctionsOf(functions),
    ...(values && { data: values }),
    ...(variables instanceof Map && {
      user: variables as ReadonlyMap<string, string>,
      templateDirectory: path?.root ?? "",
    }),
    ...(source?.name !== undefined && { buildName: source.name }),
    ...(source?.type !== undefined && { buildType: source.type }),
  };
}

/** Renders late text with the functions and values of a component's scope. */
export function rendererOf(ambient: Ambient): RenderFactory {
  return (scope, functions) => (template, data) => {
    const rendered = renderTemplate(template, interpolationContext(ambient, scope, functions, data));
    if (rendered.ok) return checked(rendered.value);
    return refused(problem("template/render", rendered.problem.message, { detail: rendered.problem.reason }));
  };
}
