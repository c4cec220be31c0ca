import {
  appendFileSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { leafOf, parentOf, partsOf } from "./windows-path.ts";

/** What a file operation failed of; each program has its own words for it. */
export class FileError extends Error {
  static {
    this.prototype.name = "FileError";
  }
  readonly code: "no-file" | "no-folder" | "exists" | "denied" | "not-empty";
  readonly path: string;
  constructor(code: FileError["code"], path: string) {
    super(`${code}: ${path}`);
    this.code = code;
    this.path = path;
  }
}

export interface FileFacts {
  /** With the letters' case as it was created. */
  readonly path: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly modifiedMs: number;
  readonly createdMs: number;
  readonly isReadOnly: boolean;
}

/** Drive C: a directory of the host where names are found without regard to case. All paths are absolute (`C:\a\b`). */
export class Drive {
  private readonly folder: string;
  constructor(folder: string) {
    this.folder = folder;
  }

  facts(path: string): FileFacts | undefined {
    const found = this.locate(path);
    if (!found) return undefined;
    const { stats } = found;
    const isFolder = stats.isDirectory();
    return {
      path: found.path,
      isFolder,
      size: isFolder ? 0 : stats.size,
      modifiedMs: stats.mtimeMs,
      createdMs: stats.birthtimeMs || stats.ctimeMs,
      isReadOnly: !isFolder && (stats.mode & 0o200) === 0,
    };
  }

  /** What is directly in a folder, in the order of NTFS: by name, as if in capitals. */
  list(path: string): readonly FileFacts[] {
    const found = this.locate(path);
    if (!found) throw new FileError("no-folder", path);
    if (!found.stats.isDirectory()) return [];
    const names = readdirSync(found.host).toSorted((a, b) => (a.toUpperCase() < b.toUpperCase() ? -1 : 1));
    const base = found.path.replace(/\\$/, "");
    return names.flatMap((name) => this.facts(`${base}\\${name}`) ?? []);
  }

  read(path: string): Buffer {
    return readFileSync(this.file(path).host);
  }

  /** Creates or replaces a file; its folder must exist. */
  write(path: string, bytes: Uint8Array): void {
    const host = this.forWriting(path);
    // A file that another program has open for reading keeps its place.
    writeFileSync(host, bytes);
  }

  append(path: string, bytes: Uint8Array): void {
    appendFileSync(this.forWriting(path), bytes);
  }

  /** Writes into a file at a place, making it if need be. */
  writeAt(path: string, offset: number, bytes: Uint8Array): void {
    const fd = openSync(this.forWriting(path), constants.O_WRONLY | constants.O_CREAT);
    try {
      writeSync(fd, bytes, 0, bytes.length, offset);
    } finally {
      closeSync(fd);
    }
  }

  truncate(path: string, length: number): void {
    truncateSync(this.file(path).host, length);
  }

  /** Makes a folder and those above it; one that exists is left alone. */
  makeFolder(path: string): void {
    let host = this.folder;
    let known = true;
    for (const name of partsOf(path)) {
      const found: string | undefined = known ? entryIn(host, name) : undefined;
      known &&= found !== undefined;
      host = join(host, found ?? name);
      if (known && !statSync(host).isDirectory()) throw new FileError("exists", path);
    }
    mkdirSync(host, { recursive: true });
  }

  /** Removes a file or a folder; what is in a folder only if `recursive`. */
  remove(path: string, recursive: boolean, force = false): void {
    const found = this.locate(path);
    if (!found) throw new FileError("no-file", path);
    if (partsOf(path).length === 0) throw new FileError("denied", path);
    if (found.stats.isDirectory()) {
      if (!recursive && readdirSync(found.host).length > 0) throw new FileError("not-empty", path);
    } else if (!force && (found.stats.mode & 0o200) === 0) throw new FileError("denied", path);
    rmSync(found.host, { recursive: true, force: true });
  }

  copy(from: string, to: string): void {
    copyFileSync(this.file(from).host, this.forWriting(to));
  }

  move(from: string, to: string): void {
    const found = this.locate(from);
    if (!found) throw new FileError("no-file", from);
    if (partsOf(from).length === 0) throw new FileError("denied", from);
    const target = this.parent(to);
    const same = entryIn(target, leafOf(to));
    const [source, goal] = [partsOf(from), partsOf(to)].map((parts) => parts.join("\\").toLowerCase());
    if (goal?.startsWith(`${source}\\`)) throw new FileError("denied", to);
    if (same !== undefined && goal !== source && statSync(join(target, same)).isDirectory())
      throw new FileError("exists", to);
    renameSync(found.host, join(target, same ?? leafOf(to)));
    // A name that differs in case alone is a new name too.
    if (same !== undefined && same !== leafOf(to)) renameSync(join(target, same), join(target, leafOf(to)));
  }

  setReadOnly(path: string, on: boolean): void {
    const { host, stats } = this.file(path);
    chmodSync(host, on ? stats.mode & ~0o222 : stats.mode | 0o200);
  }

  setModified(path: string, ms: number): void {
    const found = this.locate(path);
    if (found) utimesSync(found.host, ms / 1000, ms / 1000);
  }

  /** Where a file of the drive is on the host, for other programs of the host. */
  hostPath(path: string): string | undefined {
    return this.locate(path)?.host;
  }

  private file(path: string): { readonly host: string; readonly stats: Stats } {
    const found = this.locate(path);
    if (!found) throw new FileError(this.locate(parentOf(path)) ? "no-file" : "no-folder", path);
    if (found.stats.isDirectory()) throw new FileError("denied", path);
    return found;
  }

  private forWriting(path: string): string {
    const folder = this.parent(path);
    const name = entryIn(folder, leafOf(path));
    const host = join(folder, name ?? leafOf(path));
    if (name === undefined) return host;
    const stats = statSync(host);
    if (stats.isDirectory() || (stats.mode & 0o200) === 0) throw new FileError("denied", path);
    return host;
  }

  private parent(path: string): string {
    const found = this.locate(parentOf(path));
    if (!found?.stats.isDirectory()) throw new FileError("no-folder", path);
    return found.host;
  }

  private locate(path: string): { readonly host: string; readonly path: string; readonly stats: Stats } | undefined {
    let host = this.folder;
    const shown: string[] = [];
    for (const name of partsOf(path)) {
      const found = entryIn(host, name);
      if (found === undefined) return undefined;
      host = join(host, found);
      shown.push(found);
    }
    const stats = statSync(host, { throwIfNoEntry: false });
    return stats && { host, path: `C:\\${shown.join("\\")}`, stats };
  }
}

/** The name under which a folder holds a file, whatever its letters' case. */
function entryIn(folder: string, name: string): string | undefined {
  // Where the exact name exists there is no other, since every way in here looks first. Only the case it was made with counts.
  if (statSync(join(folder, name), { throwIfNoEntry: false })) return name;
  const wanted = name.toLowerCase();
  try {
    return readdirSync(folder).find((entry) => entry.toLowerCase() === wanted);
  } catch {
    return undefined;
  }
}
