import type { Files } from "@kiln/sdk";
import { excluder, messageOf, TransferError } from "@kiln/sdk";
import { isSendableName } from "./paths.ts";

/** What a local directory holds, in the order in which it is sent. Symbolic links are followed. */
export type Entry =
  | { readonly is: "directory"; readonly name: string; readonly path: string; readonly mode: number }
  | { readonly is: "up" }
  | { readonly is: "file"; readonly name: string; readonly path: string; readonly mode: number; readonly size: number };

/** Deeper than any real tree: a symbolic link that leads back up goes on for ever. */
const deepest = 255;

/** Walks depth first, files of a directory before its directories. Sockets, pipes and devices are an error, as links to nowhere are. */
export async function* walk(files: Files, root: string, exclude: readonly string[] | undefined): AsyncGenerator<Entry> {
  const excluded = excluder(exclude);
  yield* inside(root, "", 0);

  async function* inside(directory: string, relative: string, depth: number): AsyncGenerator<Entry> {
    if (depth > deepest) throw refuse(`${directory} is nested too deeply; does a symbolic link lead back up?`);
    const directories: { name: string; path: string; mode: number }[] = [];
    for (const name of await list(files, directory)) {
      const path = `${directory}/${name}`;
      const below = relative === "" ? name : `${relative}/${name}`;
      const stat = await files.stat(path);
      if (excluded?.(below, stat?.kind === "directory")) continue;
      if (!isSendableName(name)) throw refuse(`the name ${JSON.stringify(name)} in ${directory} cannot be sent`);
      if (!stat) throw refuse(`${path} is a symbolic link that leads nowhere`);
      if (stat.kind === "directory") directories.push({ name, path, mode: stat.mode });
      else if (stat.kind === "file") yield { is: "file", name, path, mode: stat.mode, size: stat.size };
      else throw refuse(`${path} is neither a file nor a directory`);
    }
    for (const { name, path, mode } of directories) {
      yield { is: "directory", name, path, mode };
      yield* inside(path, relative === "" ? name : `${relative}/${name}`, depth + 1);
      yield { is: "up" };
    }
  }
}

async function list(files: Files, directory: string): Promise<readonly string[]> {
  try {
    return await files.list(directory);
  } catch (error) {
    throw new TransferError("transfer/local", `${directory} cannot be read: ${messageOf(error)}`, error);
  }
}

function refuse(message: string): TransferError {
  return new TransferError("transfer/local", message);
}
