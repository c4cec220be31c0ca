import type { PrepareContext } from "../component.ts";
import { type Diagnostic, problem } from "../diagnostics.ts";
import type { CdConfig } from "../options/cd.ts";
import type { FloppyConfig } from "../options/floppy.ts";

/** Files for a floppy disk that are not there, and labels it cannot bear. */
export async function checkFloppy(config: FloppyConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  return [
    ...(await missing("floppy_files", "Bad Floppy disk file", config.floppy_files, ctx)),
    ...(await missing("floppy_dirs", "Bad Floppy disk directory", config.floppy_dirs, ctx)),
    ...checkLabel("floppy_label", config.floppy_label, 11, ctx),
  ];
}

/** Files for a CD that are not there, and labels it cannot bear. */
export async function checkCd(config: CdConfig, ctx: PrepareContext): Promise<readonly Diagnostic[]> {
  return [
    ...(await missing("cd_files", "Bad CD disk file", config.cd_files, ctx)),
    ...checkLabel("cd_label", config.cd_label, 32, ctx),
  ];
}

/** Glob patterns are looked at when the build runs: an earlier step of the template may make what they match. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

async function missing(
  option: string,
  phrase: string,
  paths: readonly string[] | undefined,
  ctx: PrepareContext,
): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  for (const [i, path] of (paths ?? []).entries())
    if (!isPattern(path) && !(await ctx.files.stat(path)))
      found.push(
        problem("media/no-file", `${phrase} '${path}': no such file or directory`, {
          subject: ctx.at(option, i),
          detail: "The path is relative to the working directory.",
        }),
      );
  return found;
}

function checkLabel(
  option: string,
  label: string | undefined,
  longest: number,
  ctx: PrepareContext,
): readonly Diagnostic[] {
  if (label === undefined || new TextEncoder().encode(label).length <= longest) return [];
  return [problem("media/label", `${option} is longer than ${longest} bytes: "${label}"`, { subject: ctx.at(option) })];
}
