import { posix, win32 } from "node:path";
import { codeOf, type Held, type Host, type Resource, type RunContext, temporaryDirectory } from "@kiln/sdk";
import { temporaryFileKind } from "./kind.ts";
import { randomBelow } from "./random-number.ts";

export interface TemporaryFileOptions {
  /** Start of the name, before the random digits: `packer-shell`. */
  readonly prefix: string;
  /** End of the name, such as `.cmd`. */
  readonly extension?: string;
  readonly mode: number;
}

/** Writes a new private file in the temporary directory; it goes with the step, or when released. */
export async function temporaryFile(
  ctx: Pick<RunContext, "acquire" | "host">,
  content: string,
  options: TemporaryFileOptions,
): Promise<Held<string>> {
  const { host } = ctx;
  const { mode } = options;
  for (;;) {
    const path = temporaryPath(host, options);
    try {
      return await ctx.acquire(fileAt(path, (p) => host.files.write(p, content, { mode, exclusive: true })));
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** A path in the temporary directory that is likely to be free. */
export function temporaryPath(
  host: Pick<Host, "env" | "platform" | "random">,
  { prefix, extension = "" }: Pick<TemporaryFileOptions, "prefix" | "extension">,
): string {
  const digits = 1_000_000_000 + randomBelow(host, 3_000_000_000);
  return joinPath(host, temporaryDirectory(host), `${prefix}${digits}${extension}`);
}

/** A file at a path of our choice that is undone unless kept. `write` must refuse an existing file. */
export function fileAt(path: string, write: (path: string) => Promise<void>): Resource<string, string, string> {
  return {
    kind: temporaryFileKind,
    intent: path,
    create: async () => {
      try {
        await write(path);
      } catch (error) {
        // Somebody else's file is not ours to undo.
        if (codeOf(error) === "EEXIST" && error instanceof Error) Object.assign(error, { nothingMade: true });
        throw error;
      }
      return path;
    },
    ref: (made) => made,
  };
}

/** Joins as the host's own paths are written. */
export function joinPath(host: Pick<Host, "platform">, ...parts: readonly string[]): string {
  return (host.platform === "win32" ? win32 : posix).join(...parts);
}
