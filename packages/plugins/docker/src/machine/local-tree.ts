import { excluder, type Files, messageOf, TransferError } from "@kiln/sdk";

/** A member of a local directory; `path` is the local one, `relative` the one below the directory. */
export interface LocalEntry {
  readonly kind: "file" | "directory" | "link";
  readonly path: string;
  readonly relative: string;
  readonly mode: number;
  readonly size: number;
  readonly modified: Date;
  /** Where a link leads, as it is written in it. */
  readonly target?: string;
}

export interface TreeOptions {
  readonly exclude?: readonly string[] | undefined;
  /** Whether what links lead to stands in their place. Otherwise they are members of their own, wherever they lead. */
  readonly followLinks: boolean;
}

/** Deeper than any real tree: a symbolic link that leads back up goes on for ever. */
const deepest = 255;

/** Everything below a local directory, parents first. What is neither file, directory nor symbolic link is an error. */
export async function* localTree(
  files: Files,
  root: string,
  { exclude, followLinks }: TreeOptions,
): AsyncGenerator<LocalEntry> {
  const excluded = excluder(exclude);
  yield* inside(root, "", 0);

  async function* inside(directory: string, below: string, depth: number): AsyncGenerator<LocalEntry> {
    if (depth > deepest) throw refused(`${directory} is nested too deeply; does a symbolic link lead back up?`);
    for (const name of await list(files, directory)) {
      const path = `${directory}/${name}`;
      const relative = below === "" ? name : `${below}/${name}`;
      const stat = await files.stat(path, { link: !followLinks });
      if (excluded?.(relative, stat?.kind === "directory")) continue;
      if (!stat) throw refused(`${path} is a symbolic link that leads nowhere`);
      const { kind, mode, size, modified } = stat;
      if (kind === "symlink") {
        yield { kind: "link", path, relative, mode, size: 0, modified, target: await files.readLink(path) };
        continue;
      }
      if (kind !== "file" && kind !== "directory") throw refused(`${path} is neither a file nor a directory`);
      yield { kind, path, relative, mode, size: kind === "file" ? size : 0, modified };
      if (kind === "directory") yield* inside(path, relative, depth + 1);
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

function refused(message: string): TransferError {
  return new TransferError("transfer/local", message);
}
