import { constants, type Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FileStat, Files } from "@kiln/sdk";
import { codeOf } from "@kiln/sdk";
import { copyBytes } from "./copy-file.ts";
import { globFiles } from "./glob.ts";
import { makeDirectories } from "./make-directories.ts";

const readSize = 256 * 1024;

function statOf(stats: Stats): FileStat {
  const kind = stats.isFile()
    ? "file"
    : stats.isDirectory()
      ? "directory"
      : stats.isSymbolicLink()
        ? "symlink"
        : "other";
  return { kind, size: stats.size, mode: stats.mode & 0o7777, modified: stats.mtime };
}

interface ReadOptions {
  readonly start?: number;
  readonly end?: number;
  readonly buffer?: () => Uint8Array;
}

/** Memory for one piece after another: most files are small, and what is kept of a piece keeps all of it. */
function pieces(): () => Uint8Array {
  let size = 32 * 1024;
  return () => {
    size = Math.min(size * 2, readSize);
    return Buffer.allocUnsafeSlow(size);
  };
}

async function* read(path: string, options: ReadOptions = {}): AsyncGenerator<Uint8Array> {
  const buffer = options.buffer ?? pieces();
  const handle = await fs.open(path, "r");
  try {
    let at = options.start ?? 0;
    for (;;) {
      const into = buffer();
      const wanted = Math.min(into.length, (options.end ?? Number.POSITIVE_INFINITY) - at);
      if (wanted <= 0) return;
      // Without a position where none was asked for: pipes have none.
      const { bytesRead } = await handle.read(into, 0, wanted, options.start === undefined ? null : at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield into.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: fs.FileHandle, data: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<void> {
  if (typeof data === "string" || data instanceof Uint8Array) {
    await handle.writeFile(data);
    return;
  }
  // The next piece is made while the last one is being written.
  let written = Promise.resolve();
  try {
    for await (const chunk of data) {
      await written;
      written = writePiece(handle, chunk);
      // Seen to in its turn; until then a failure must not count as unhandled.
      written.catch(() => {});
    }
  } finally {
    await written;
  }
}

async function writePiece(handle: fs.FileHandle, piece: Uint8Array): Promise<void> {
  for (let at = 0; at < piece.length; ) at += (await handle.write(piece, at)).bytesWritten;
}

async function temporary(kind: "file" | "directory", prefix: string): Promise<string> {
  const { randomInt } = await import("node:crypto");
  for (;;) {
    const path = join(tmpdir(), `${prefix}${randomInt(1_000_000_000, 4_000_000_000)}`);
    try {
      if (kind === "directory") await fs.mkdir(path, { mode: 0o700 });
      else await (await fs.open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600)).close();
      return path;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
}

/** The machine's file system. */
export const nodeFiles: Files = {
  read,
  readText: (path) => fs.readFile(path, "utf8"),
  write: async (path, data, options = {}) => {
    const flags = options.append ? "a" : options.exclusive ? "wx" : "w";
    const handle = await fs.open(path, flags, options.mode ?? 0o666);
    try {
      await writeAll(handle, data);
    } finally {
      await handle.close();
    }
  },
  stat: async (path, options = {}) => {
    try {
      return statOf(await (options.link ? fs.lstat(path) : fs.stat(path)));
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOENT" || code === "ENOTDIR") return undefined;
      throw error;
    }
  },
  list: async (path) => (await fs.readdir(path)).sort(),
  glob: globFiles,
  readLink: (path) => fs.readlink(path),
  makeDirectory: (path, { recursive, mode } = {}) =>
    recursive ? makeDirectories(path, mode) : fs.mkdir(path, mode === undefined ? {} : { mode }),
  rename: (from, to) => fs.rename(from, to),
  copy: copyBytes,
  freeBytes: async (path) => {
    const { bavail, bsize } = await fs.statfs(path);
    return bavail * bsize;
  },
  chmod: (path, mode) => fs.chmod(path, mode),
  remove: (path) => fs.rm(path, { force: true }),
  removeTree: (path) => fs.rm(path, { recursive: true, force: true }),
  temporary,
  digest: async (path, algorithms, signal) => (await import("./digest.ts")).digestFile(path, algorithms, signal),
};
