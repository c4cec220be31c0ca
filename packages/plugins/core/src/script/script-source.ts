import { type Diagnostic, messageOf, type PrepareContext, problem } from "@kiln/sdk";

/** The ways in which a template names what to run. */
export interface ScriptOptions {
  readonly inline?: readonly string[];
  readonly script?: string;
  readonly scripts?: readonly string[];
}

/** The files to run, in order, where the script is not inline. */
export function scriptFiles(options: ScriptOptions): readonly string[] {
  if (options.script) return [options.script];
  return options.scripts ?? [];
}

/** Exactly one of inline, script and scripts. Wording: Packer's. */
export function scriptChoiceProblems(options: ScriptOptions, ctx: PrepareContext): readonly Diagnostic[] {
  const { inline, script, scripts } = options;
  const files = scriptFiles(options);
  const found: Diagnostic[] = [];
  if (script && scripts && scripts.length > 0)
    found.push(
      problem("script/script-and-scripts", "Only one of script or scripts can be specified.", {
        subject: ctx.at("scripts"),
      }),
    );
  if (files.length === 0 && (inline?.length ?? 0) === 0)
    found.push(
      problem("script/nothing-to-run", "Either a script file or inline script must be specified.", {
        subject: ctx.at(),
      }),
    );
  else if (files.length > 0 && inline !== undefined)
    found.push(
      problem("script/file-and-inline", "Only a script file or an inline script can be specified, not both.", {
        subject: ctx.at("inline"),
      }),
    );
  return found;
}

/** One problem for each script that cannot be read. Wording: Packer's, whose cause is Go's. */
export async function missingScriptProblems(
  options: ScriptOptions,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const [i, path] of scriptFiles(options).entries()) {
    const cause = await unreadable(path, ctx);
    if (cause === undefined) continue;
    const subject = options.script ? ctx.at("script") : ctx.at("scripts", i);
    found.push(problem("script/bad-script", `Bad script '${path}': ${cause}`, { subject }));
  }
  return found;
}

async function unreadable(path: string, ctx: PrepareContext): Promise<string | undefined> {
  try {
    const stat = await ctx.files.stat(path);
    if (!stat) return `stat ${path}: no such file or directory`;
    return stat.kind === "directory" ? `read ${path}: is a directory` : undefined;
  } catch (error) {
    return messageOf(error);
  }
}
