import { Buffer } from "node:buffer";
import { TransferError, type TransferOptions } from "@kiln/sdk";
import { globSource } from "./exclude.ts";
import { joinRemote, splitRemote } from "./paths.ts";
import { isPattern } from "./quote.ts";
import type { ScpRecord } from "./scp-download.ts";
import { pieceSize, piecesInFlight, type Sftp } from "./sftp-session.ts";

/** One file, in order, with many reads ahead of the one that is handed out. */
export async function* sftpDownload(sftp: Sftp, path: string, options: TransferOptions): AsyncGenerator<Buffer> {
  const handle = await sftp.openFile(path, "r");
  try {
    const stats = await sftp.handleStats(handle, path);
    if (stats.isDirectory()) throw new TransferError("transfer/refused", `${path}: not a regular file`);
    const ahead: { readonly into: Buffer; readonly at: number; readonly got: Promise<number> }[] = [];
    const request = (at: number, length: number) => {
      const into = Buffer.allocUnsafe(length);
      const got = sftp.read(handle, into, at, path);
      got.catch(() => {});
      return { into, at, got };
    };
    let next = 0;
    for (;;) {
      options.signal.throwIfAborted();
      // Beyond the size that it had only one read at a time: files in /proc say 0, logs grow.
      while (ahead.length === 0 || (ahead.length < piecesInFlight && next < stats.size)) {
        ahead.push(request(next, pieceSize));
        next += pieceSize;
      }
      const first = ahead.shift();
      if (!first) return;
      const length = await first.got;
      if (length === 0) return;
      yield first.into.subarray(0, length);
      options.onProgress?.(length);
      // A short read is no end yet: what is missing comes before what was asked for ahead.
      if (length < first.into.length) ahead.unshift(request(first.at + length, first.into.length - length));
    }
  } finally {
    await sftp.close(handle, path).catch(() => {});
  }
}

/** What `scp -r -f` would send for a path or pattern. Symbolic links are followed. */
export async function* sftpRecords(sftp: Sftp, pattern: string, options: TransferOptions): AsyncGenerator<ScpRecord> {
  const matches = await expand(sftp, pattern);
  if (matches.length === 0) throw new TransferError("transfer/refused", `${pattern}: No such file or directory`);
  for (const path of matches) yield* records(sftp, path, splitRemote(path).name, options);
}

async function* records(sftp: Sftp, path: string, name: string, options: TransferOptions): AsyncGenerator<ScpRecord> {
  const stats = await sftp.stat(path);
  if (!stats) throw new TransferError("transfer/refused", `${path}: No such file or directory`);
  const mode = stats.mode & 0o7777;
  if (!stats.isDirectory()) {
    if (!stats.isFile()) throw new TransferError("transfer/refused", `${path}: not a regular file`);
    yield { is: "file", name, mode, size: stats.size, bytes: () => sftpDownload(sftp, path, options) };
    return;
  }
  yield { is: "directory", name, mode };
  const names = (await sftp.list(path)).map(({ filename }) => filename).sort();
  for (const below of names) {
    if (below === "." || below === ".." || /[/\0]/.test(below)) continue;
    yield* records(sftp, joinRemote(path, below), below, options);
  }
  yield { is: "up" };
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
