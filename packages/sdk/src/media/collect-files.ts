import { StepError } from "../errors.ts";
import type { FileStat, Host } from "../host.ts";
import { isPattern } from "./check-disk-files.ts";
import { baseName } from "./local-path.ts";

/** A file of this machine and where it goes on a medium: names joined with `/`. */
export interface CollectedFile {
  readonly from: string;
  readonly to: string;
  readonly stat: FileStat;
}

/** Deeper than anybody's tree, and short of what a loop of symbolic links makes. */
const deepest = 40;

/** The paths of a list with its glob patterns resolved; a plain path that does not exist is an error. */
export async function expanded(patterns: readonly string[], option: string, host: Host): Promise<readonly string[]> {
  const paths: string[] = [];
  for (const pattern of patterns) {
    if (isPattern(pattern)) paths.push(...(await host.files.glob(pattern)));
    else if (await host.files.stat(pattern)) paths.push(pattern);
    else throw new StepError(`Bad ${option} entry '${pattern}': no such file or directory`, { code: "media/no-file" });
  }
  return paths;
}

/** Files of a tree in order of their names, `to` relative to its top; links are followed. */
export async function* walk(top: string, host: Host, prefix = "", depth = 0): AsyncGenerator<CollectedFile> {
  if (depth > deepest) throw new StepError(`${top} is nested too deeply, or a link leads back into it`);
  const slash = /[\\/]$/.test(top) ? "" : "/";
  for (const name of await host.files.list(top)) {
    const from = `${top}${slash}${name}`;
    const stat = await host.files.stat(from);
    if (stat?.kind === "directory") yield* walk(from, host, `${prefix}${name}/`, depth + 1);
    else if (stat?.kind === "file") yield { from, to: `${prefix}${name}`, stat };
  }
}

/** A path with whatever it stands for: a file under its own name, or the files of a directory below `under`. */
export async function* filesOf(path: string, host: Host, under: string): AsyncGenerator<CollectedFile> {
  const stat = await host.files.stat(path);
  if (stat?.kind === "directory") yield* walk(path, host, under);
  else if (stat?.kind === "file") yield { from: path, to: baseName(host.platform, path), stat };
}

/** A path of `*_content` as names joined with `/`; refuses to leave the medium. */
export function contentPath(written: string, option: string): string {
  const names = written.split(/[\\/]+/).filter((name) => name !== "" && name !== ".");
  if (names.length === 0 || names.includes(".."))
    throw new StepError(`${option} cannot hold a file named "${written}"`, { code: "media/bad-name" });
  return names.join("/");
}
