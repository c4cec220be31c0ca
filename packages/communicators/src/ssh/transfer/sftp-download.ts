import { Buffer } from "node:buffer";
import { globSource, TransferError, type TransferOptions } from "@kiln/sdk";
import { joinRemote, splitRemote } from "./paths.ts";
import { isPattern } from "./quote.ts";
import type { ScpRecord } from "./scp-download.ts";
import { bytesInFlight, type Sftp } from "./sftp-session.ts";

/** Files up to this size are fetched before their turn, many at once: waiting for each in turn would cost its round trips. */
const smallest = 64 * 1024;
const smallAtOnce = 32;

/** One file, in order, with many reads ahead of the one that is handed out. */
export async function* sftpDownload(
  sftp: Sftp,
  path: string,
  options: TransferOptions,
  knownSize?: number,
): AsyncGenerator<Buffer> {
  const handle = await sftp.openFile(path, "r");
  try {
    const size = knownSize ?? (await sizeOf(sftp, handle, path));
    const ahead: { readonly into: Buffer; readonly at: number; readonly got: Promise<number> }[] = [];
    const mostAhead = Math.max(2, Math.floor(bytesInFlight / sftp.pieceSize));
    const request = (at: number, length: number) => {
      const into = Buffer.allocUnsafe(length);
      const got = sftp.read(handle, into, at, path);
      got.catch(() => {});
      return { into, at, got };
    };
    let next = 0;
    let position = 0;
    // A file that was listed with its size is that long; of others the end is asked for: those in /proc say 0, and logs grow.
    while (knownSize === undefined || position < size) {
      options.signal.throwIfAborted();
      while (ahead.length === 0 || (ahead.length < mostAhead && next < size)) {
        const length = knownSize === undefined ? sftp.pieceSize : Math.min(sftp.pieceSize, size - next);
        ahead.push(request(next, length));
        next += length;
      }
      const first = ahead.shift();
      if (!first) return;
      const length = await first.got;
      if (length === 0) return;
      yield first.into.subarray(0, length);
      position += length;
      options.onProgress?.(length);
      // A short read is no end yet: what is missing comes before what was asked for ahead.
      if (length < first.into.length) ahead.unshift(request(first.at + length, first.into.length - length));
    }
  } finally {
    sftp.close(handle, path).catch(() => {}); // the session's own end closes what is left
  }
}

async function sizeOf(sftp: Sftp, handle: Buffer, path: string): Promise<number> {
  const stats = await sftp.handleStats(handle, path);
  if (stats.isDirectory()) throw new TransferError("transfer/refused", `${path}: not a regular file`);
  return stats.size;
}

/** What `scp -r -f` would send for a path or pattern. Symbolic links are followed. */
export async function* sftpRecords(sftp: Sftp, pattern: string, options: TransferOptions): AsyncGenerator<ScpRecord> {
  const matches = await expand(sftp, pattern);
  if (matches.length === 0) throw new TransferError("transfer/refused", `${pattern}: No such file or directory`);
  for (const path of matches) yield* records(sftp, [await item(sftp, path, splitRemote(path).name)], options);
}

interface Item {
  readonly path: string;
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  readonly mode: number;
  readonly size: number;
}

async function item(sftp: Sftp, path: string, name: string): Promise<Item> {
  const stats = await sftp.stat(path);
  if (!stats) throw new TransferError("transfer/refused", `${path}: No such file or directory`);
  const kind = stats.isDirectory() ? "directory" : stats.isFile() ? "file" : "other";
  return { path, name, kind, mode: stats.mode & 0o7777, size: stats.size };
}

async function* records(sftp: Sftp, items: readonly Item[], options: TransferOptions): AsyncGenerator<ScpRecord> {
  const files = items.filter(({ kind }) => kind !== "directory");
  const ahead = new Map<Item, Promise<readonly Buffer[]>>();
  let next = 0;
  const fetchAhead = (): void => {
    for (; next < files.length && ahead.size < smallAtOnce; next++) {
      const file = files[next];
      if (!file || file.kind !== "file" || file.size === 0 || file.size > smallest) continue;
      const fetched = whole(sftp, file, options);
      fetched.catch(() => {});
      ahead.set(file, fetched);
    }
  };
  for (const file of files) {
    if (file.kind === "other") throw new TransferError("transfer/refused", `${file.path}: not a regular file`);
    fetchAhead();
    const fetched = ahead.get(file);
    ahead.delete(file);
    const { name, mode, size, path } = file;
    const known = size > 0 ? size : undefined;
    const bytes = (): AsyncIterable<Buffer> => (fetched ? handed(fetched) : sftpDownload(sftp, path, options, known));
    yield { is: "file", name, mode, size, bytes };
  }
  for (const { kind, path, name, mode } of items) {
    if (kind !== "directory") continue;
    yield { is: "directory", name, mode };
    yield* records(sftp, await listed(sftp, path), options);
    yield { is: "up" };
  }
}

async function whole(sftp: Sftp, file: Item, options: TransferOptions): Promise<readonly Buffer[]> {
  const pieces: Buffer[] = [];
  for await (const piece of sftpDownload(sftp, file.path, options, file.size)) pieces.push(piece);
  return pieces;
}

async function* handed(fetched: Promise<readonly Buffer[]>): AsyncGenerator<Buffer> {
  yield* await fetched;
}

/** A directory's content; only symbolic links and servers that list no attributes cost further questions. */
async function listed(sftp: Sftp, directory: string): Promise<readonly Item[]> {
  const entries = (await sftp.list(directory))
    .filter(({ filename }) => filename !== "." && filename !== ".." && !/[/\0]/.test(filename))
    .sort((a, b) => (a.filename < b.filename ? -1 : 1));
  const items = entries.map(async ({ filename, attrs }): Promise<Item> => {
    const path = joinRemote(directory, filename);
    const type = (attrs.mode ?? 0) & 0o170000;
    const kind = type === 0o100000 ? "file" : type === 0o040000 ? "directory" : undefined;
    if (kind === undefined || attrs.size === undefined) return item(sftp, path, filename);
    return { path, name: filename, kind, mode: attrs.mode & 0o7777, size: attrs.size };
  });
  return Promise.all(items);
}

/** Expands `*`, `?` and `[…]` in each segment; a path without them is itself. */
async function expand(sftp: Sftp, pattern: string): Promise<readonly string[]> {
  if (!isPattern(pattern)) return [pattern.replace(/(?<=.)\/+$/, "")];
  let found = [pattern.startsWith("/") ? "/" : "."];
  for (const segment of pattern.split("/").filter((part) => part !== "")) {
    const next: string[] = [];
    for (const directory of found) {
      const join = (name: string): string => (directory === "." ? name : joinRemote(directory, name));
      if (!isPattern(segment)) {
        if (await sftp.stat(join(segment))) next.push(join(segment));
        continue;
      }
      const matches = new RegExp(`^${globSource(segment)}$`, "s");
      const hidden = segment.startsWith(".");
      if (!(await sftp.stat(directory))?.isDirectory()) continue;
      for (const { filename } of await sftp.list(directory)) {
        if (filename === "." || filename === ".." || (filename.startsWith(".") && !hidden)) continue;
        if (matches.test(filename)) next.push(join(filename));
      }
    }
    found = next.sort();
  }
  return found;
}
