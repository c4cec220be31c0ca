import { posix } from "node:path";
import { excluder, type Files, TransferError, type TransferOptions } from "@kiln/sdk";
import { type ContainerEngine, unlessMissing } from "../engine/engine.ts";
import { type ReadEntry, readTar } from "../tar/read-tar.ts";

type Archives = Pick<ContainerEngine, "getArchive">;

/** As many links in a row as Linux follows. */
const mostLinks = 40;

/** One file of the container; links are followed inside it. */
export async function* downloadFile(
  engine: Archives,
  container: string,
  path: string,
  { signal, onProgress }: TransferOptions,
): AsyncGenerator<Uint8Array> {
  let from = path;
  for (let links = 0; links <= mostLinks; links++) {
    let target: string | undefined;
    for await (const { head, bytes } of readTar(engine.getArchive(container, from, signal))) {
      if (head.type === "symlink") {
        target = targetOf(from, head.linkname);
        break;
      }
      if (head.type !== "file" && head.type !== "contiguous-file")
        throw new TransferError("transfer/refused", `${path} is a ${head.type ?? "thing"}, not a file`);
      for await (const piece of bytes) {
        yield piece;
        onProgress?.(piece.length);
      }
      return;
    }
    if (target === undefined) throw new TransferError("transfer/refused", `${path} is nothing that can be read`);
    from = target;
  }
  throw new TransferError("transfer/refused", `${path}: too many levels of symbolic links`);
}

/** A link that was met: what it leads to is fetched after the rest, since it may lie outside. */
interface Link {
  readonly target: string;
  readonly to: string;
  readonly relative: string;
}

/** A directory of the container under its own name in `localDir`. Links are followed inside the container; devices are left out. */
export async function downloadTree(
  engine: Archives,
  container: string,
  path: string,
  files: Files,
  localDir: string,
  options: TransferOptions & { readonly exclude?: readonly string[] },
): Promise<void> {
  const excluded = excluder(options.exclude);
  await files.makeDirectory(localDir, { recursive: true });
  await fetchTree(path, `${localDir}/${posix.basename(path)}`, "", 0);

  async function fetchTree(from: string, to: string, below: string, links: number): Promise<void> {
    if (links > mostLinks) throw new TransferError("transfer/refused", `${from}: too many levels of symbolic links`);
    const later: Link[] = [];
    const skipped = new Set<string>();
    for await (const entry of readTar(engine.getArchive(container, from, options.signal))) {
      options.signal.throwIfAborted();
      const inner = insideOf(entry.head.name);
      const relative = [below, inner].filter(Boolean).join("/");
      const parent = relative.includes("/") ? posix.dirname(relative) : "";
      const isDirectory = entry.head.type === "directory";
      if (skipped.has(parent) || (relative !== "" && excluded?.(relative, isDirectory))) {
        if (isDirectory) skipped.add(relative);
        continue;
      }
      const local = inner === "" ? to : `${to}/${inner}`;
      if (entry.head.type === "symlink") {
        const remote = inner === "" ? from : `${from}/${inner}`;
        later.push({ target: targetOf(remote, entry.head.linkname), to: local, relative });
      } else await place(entry, local, to);
    }
    for (const link of later) {
      const found = await unlessMissing(fetchTree(link.target, link.to, link.relative, links + 1).then(() => true));
      if (!found) throw new TransferError("transfer/refused", `${link.target} is a symbolic link that leads nowhere`);
    }
  }

  async function place({ head, bytes }: ReadEntry, local: string, top: string): Promise<void> {
    const mode = (head.mode ?? 0o644) & 0o777;
    if (head.type === "directory") {
      await files.makeDirectory(local, { recursive: true });
      await files.chmod(local, mode | 0o700);
    } else if (head.type === "file" || head.type === "contiguous-file") {
      await files.write(local, told(bytes));
      await files.chmod(local, mode);
    } else if (head.type === "link") await files.copy(`${top}/${insideOf(head.linkname ?? "")}`, local);
  }

  async function* told(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const piece of bytes) {
      options.signal.throwIfAborted();
      yield piece;
      options.onProgress?.(piece.length);
    }
  }
}

/** The path below the archive's first directory. The engine is not trusted to stay inside. */
function insideOf(name: string): string {
  const parts = name.split("/").filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw new TransferError("transfer/refused", `the archive names ${name}, outside of itself`);
  return parts.slice(1).join("/");
}

function targetOf(link: string, target: string | null | undefined): string {
  return posix.resolve(posix.dirname(link), target ?? "");
}
