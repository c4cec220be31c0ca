import type { Files, TransferOptions } from "@kiln/sdk";
import { walk } from "../../ssh/transfer/walk.ts";
import { directoryLine, fileLines } from "./lines.ts";

/** The lines of all that a local directory holds, below `name` where there is one. */
export async function* treeLines(
  files: Files,
  localDir: string,
  name: string | undefined,
  options: TransferOptions & { readonly exclude?: readonly string[]; readonly lineBytes: number | undefined },
): AsyncGenerator<Uint8Array> {
  const path: string[] = name === undefined ? [] : [name];
  yield directoryLine(path.join("/"));
  for await (const entry of walk(files, localDir, options.exclude)) {
    if (entry.is === "up") {
      path.pop();
      continue;
    }
    const below = [...path, entry.name];
    if (entry.is === "directory") {
      path.push(entry.name);
      yield directoryLine(below.join("/"));
    } else {
      const { onProgress, lineBytes } = options;
      yield* fileLines(below.join("/"), files.read(entry.path), {
        size: entry.size,
        ...(onProgress && { onProgress }),
        ...(lineBytes !== undefined && { lineBytes }),
      });
    }
  }
}
