import { join, resolve } from "node:path";
import { failureText } from "@kiln/sdk";
import type { Io } from "../io.ts";

/** Files to format, or why a path stands for none. */
export type FoundFiles = { readonly files: readonly string[] } | { readonly refusal: string };

const isHclFile = (name: string): boolean => name.endsWith(".pkr.hcl") || name.endsWith(".pkrvars.hcl");
/** Hidden files and those that editors leave. */
const isIgnored = (name: string): boolean => name.startsWith(".") || name.endsWith("~") || /^#.*#$/.test(name);

/** The files that one argument of `fmt` stands for. Source: core-behaviour §1.8. */
export async function filesAt(io: Io, path: string, recursive: boolean): Promise<FoundFiles> {
  const stat = await io.host.files.stat(resolve(io.host.cwd, path)).catch((error: unknown) => failureText(error));
  if (typeof stat === "string") return { refusal: `stat ${path}: ${stat}` };
  if (!stat) return { refusal: `stat ${path}: no such file or directory` };
  if (stat.kind !== "directory") {
    if (isHclFile(path)) return { files: [path] };
    return { refusal: `file ${path} is not a HCL file: its name must end in .pkr.hcl or .pkrvars.hcl` };
  }
  return { files: await below(io, path, recursive) };
}

async function below(io: Io, directory: string, recursive: boolean): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of await io.host.files.list(resolve(io.host.cwd, directory))) {
    if (isIgnored(name)) continue;
    const path = join(directory, name);
    const stat = await io.host.files.stat(resolve(io.host.cwd, path));
    if (stat?.kind === "directory") {
      if (recursive) files.push(...(await below(io, path, true)));
    } else if (isHclFile(name)) files.push(path);
  }
  return files;
}
