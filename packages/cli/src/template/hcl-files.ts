import { join, resolve } from "node:path";
import type { HclFile } from "@kiln/engine";
import { type Checked, checked, problem, refused } from "@kiln/sdk";
import type { Io } from "../io.ts";
import { bytesOf } from "./read-bytes.ts";

export interface DiscoveredFiles {
  readonly files: readonly HclFile[];
  /** `*.auto.pkrvars.hcl`, then `*.auto.pkrvars.json`. */
  readonly autoVarFiles: readonly HclFile[];
  /** `path.root`. */
  readonly root: string;
}

/**
 * The files of an HCL2 template: a file alone, or what a directory holds directly. Source: core-behaviour §3.1.
 */
export async function discoverFiles(io: Io, path: string): Promise<Checked<DiscoveredFiles>> {
  if (path === "-") {
    const file: HclFile = { path: "<stdin>", bytes: await io.terminal.readAll(), syntax: "native" };
    return checked({ files: [file], autoVarFiles: [], root: "." });
  }
  const stat = await io.host.files.stat(resolve(io.host.cwd, path));
  if (stat?.kind !== "directory") {
    const root = /^(.*)[/\\][^/\\]*$/.exec(path)?.[1] ?? ".";
    return checked({ files: [await readFile(io, path)], autoVarFiles: [], root: slashes(root === "" ? "/" : root) });
  }
  const names = await io.host.files.list(resolve(io.host.cwd, path));
  const read = (...endings: readonly string[]): Promise<readonly HclFile[]> =>
    Promise.all(
      endings
        .flatMap((ending) => names.filter((n) => n.endsWith(ending)))
        .map((name) => readFile(io, join(path, name))),
    );
  const files = await read(".pkr.hcl", ".pkr.json");
  if (files.length === 0)
    return refused(
      problem("template/no-files", `Could not find any config file in ${path}`, {
        detail: "A config file must be suffixed with `.pkr.hcl` or `.pkr.json`. A folder can be referenced.",
      }),
    );
  const autoVarFiles = await read(".auto.pkrvars.hcl", ".auto.pkrvars.json");
  return checked({ files, autoVarFiles, root: slashes(path) });
}

async function readFile(io: Io, path: string): Promise<HclFile> {
  return { path, bytes: await bytesOf(io, path), syntax: path.endsWith(".json") ? "json" : "native" };
}

function slashes(path: string): string {
  return path.replaceAll("\\", "/");
}
