import { createHash } from "node:crypto";
import type { Host } from "@kiln/sdk";

/** What lies at a path cannot enter a key. The message continues `it …`. */
export class UnhashableError extends Error {
  static {
    this.prototype.name = "UnhashableError";
  }
}

/** Deeper than any tree that is no cycle of symbolic links. */
const deepest = 64;

/**
 * A digest of all that an upload could send of a file or directory: names, bytes, permission bits, and where symbolic links lead, since
 * some ways to upload follow them.
 */
export async function fileState(host: Host, path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const line of lines(host, path, "", 0, signal)) hash.update(`${line}\n`);
  return hash.digest("hex");
}

async function* lines(
  host: Host,
  path: string,
  name: string,
  depth: number,
  signal: AbortSignal,
): AsyncGenerator<string> {
  signal.throwIfAborted();
  const { files } = host;
  const quoted = JSON.stringify(name);
  const link = await files.stat(path, { link: true });
  if (link?.kind === "symlink") yield `link ${quoted} ${JSON.stringify(await files.readLink(path))}`;
  const stat = await files.stat(path);
  if (!stat) {
    if (depth > 0) {
      yield `nothing ${quoted}`;
      return;
    }
    throw new UnhashableError(`needs ${path}, which is not there yet`);
  }
  if (stat.kind === "file") {
    const { sha256 } = await files.digest(path, ["sha256"], signal);
    yield `file ${quoted} ${stat.mode.toString(8)} ${stat.size} ${sha256 ?? ""}`;
    return;
  }
  if (stat.kind !== "directory") throw new UnhashableError(`reads ${path}, which is neither file nor directory`);
  if (depth >= deepest) throw new UnhashableError(`reads ${path}, whose symbolic links go round in circles`);
  yield `directory ${quoted} ${stat.mode.toString(8)}`;
  for (const entry of await files.list(path)) {
    yield* lines(host, joined(path, entry), name === "" ? entry : `${name}/${entry}`, depth + 1, signal);
  }
}

function joined(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}
