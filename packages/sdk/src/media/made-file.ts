import { codeOf } from "../errors.ts";
import type { Host } from "../host.ts";
import type { Held, Resource, ResourceKind } from "../resource.ts";
import type { RunContext } from "../run.ts";
import { temporaryDirectory } from "../temporary-directory.ts";
import { joinPath } from "./local-path.ts";

/** What the steps of this folder need of a run. */
export type MediaContext = Pick<RunContext, "host" | "ui" | "signal" | "acquire" | "defer">;

/** A file or directory that a step made in the temporary directory. */
export type MadeFileKind = ResourceKind<string, string>;

/**
 * The kind of such files of one family, which lists it among its `resourceKinds` as `FAMILY.made-file` and hands it to the steps. The
 * absolute path is both intent and reference.
 */
export function madeFileKind(family: string): MadeFileKind {
  return {
    kind: `${family}.made-file`,
    describe: (path) => `temporary ${path}`,
    find: async (path, { host }) => ((await host.files.stat(path, { link: true })) ? [path] : []),
    release: (path, { host }) => host.files.removeTree(path),
  };
}

/** Makes something at a new path in the temporary directory that goes with the step. `make` must refuse a path that is taken. */
export async function madeFile(
  ctx: Pick<RunContext, "host" | "acquire">,
  kind: MadeFileKind,
  name: { readonly prefix: string; readonly extension?: string },
  make: (path: string, signal: AbortSignal) => Promise<void>,
): Promise<Held<string>> {
  for (;;) {
    const path = temporaryPath(ctx.host, name.prefix, name.extension ?? "");
    try {
      return await ctx.acquire(resourceAt(kind, path, make));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

function resourceAt(
  kind: MadeFileKind,
  path: string,
  make: (path: string, signal: AbortSignal) => Promise<void>,
): Resource<string, string, string> {
  return {
    kind,
    intent: path,
    create: async (signal) => {
      try {
        await make(path, signal);
      } catch (error) {
        // What was there before is not ours to undo.
        if (codeOf(error) === "EEXIST" && error instanceof Error) Object.assign(error, { nothingMade: true });
        throw error;
      }
      return path;
    },
    ref: (made) => made,
  };
}

/** A path where nothing is, most likely; in the directory where Go puts temporary files. */
function temporaryPath(host: Host, prefix: string, extension: string): string {
  const { platform } = host;
  const directory = joinPath(platform, host.cwd, temporaryDirectory(host));
  const digits = host.random.bytes(4).reduce((n, byte) => n * 256 + byte, 0);
  return joinPath(platform, directory, `${prefix}${digits}${extension}`);
}
