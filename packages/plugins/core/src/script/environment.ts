import { type Diagnostic, type PrepareContext, problem, type RunContext } from "@kiln/sdk";

/** The two ways in which a template gives a script its environment. */
export interface EnvironmentOptions {
  /** `NAME=value` entries. */
  readonly environment_vars?: readonly string[];
  /** Wins over `environment_vars`. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One problem for each entry of `environment_vars` that is not `NAME=value`. Wording: Packer's. */
export function environmentProblems(options: EnvironmentOptions, ctx: PrepareContext): readonly Diagnostic[] {
  return (options.environment_vars ?? []).flatMap((entry, i) =>
    entry.indexOf("=") > 0
      ? []
      : [
          problem("script/environment-format", `Environment variable not in format 'key=value': ${entry}`, {
            subject: ctx.at("environment_vars", i),
          }),
        ],
  );
}

/**
 * What a script's environment gains, sorted by name: the build's own variables, the web server's where there is one, then the
 * template's. Source: Packer's shell-like provisioners.
 */
export function environmentOf(
  options: EnvironmentOptions,
  run: Pick<RunContext, "buildName" | "builderType" | "buildValues">,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>([
    ["PACKER_BUILD_NAME", run.buildName],
    ["PACKER_BUILDER_TYPE", run.builderType],
  ]);
  for (const [name, key] of [
    ["PACKER_HTTP_ADDR", "PackerHTTPAddr"],
    ["PACKER_HTTP_IP", "PackerHTTPIP"],
    ["PACKER_HTTP_PORT", "PackerHTTPPort"],
  ] as const) {
    const value = run.buildValues[key];
    if (isReal(value)) found.set(name, String(value));
  }
  for (const entry of options.environment_vars ?? []) {
    const at = entry.indexOf("=");
    found.set(entry.slice(0, at), entry.slice(at + 1));
  }
  for (const [name, value] of Object.entries(options.env ?? {})) found.set(name, value);
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}

/** Builders without a web server leave a marker, `ERR_HTTP_ADDR_NOT_IMPLEMENTED_BY_BUILDER`, where its address would be. */
function isReal(value: unknown): boolean {
  if (typeof value === "number") return value !== 0;
  return typeof value === "string" && value !== "" && !value.endsWith("_NOT_IMPLEMENTED_BY_BUILDER");
}
