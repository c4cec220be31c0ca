import type { FileStat, Files } from "../host.ts";

interface Entry {
  readonly bytes: Uint8Array;
  readonly mode: number;
}

function failure(code: string, path: string): Error {
  const words: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    EEXIST: "file already exists",
    ENOSPC: "no space left on device",
    EACCES: "permission denied",
    EISDIR: "illegal operation on a directory",
    ENOTEMPTY: "directory not empty",
  };
  return Object.assign(new Error(`${code}: ${words[code] ?? "failed"}, open '${path}'`), { code });
}

async function collected(data: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<Uint8Array> {
  if (typeof data === "string") return new TextEncoder().encode(data);
  if (data instanceof Uint8Array) return data;
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return joined(chunks);
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(chunks.reduce((n, c) => n + c.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

/** An in-memory file system; `failWith` makes the next operations on a path fail with an error code. */
export class FakeFiles implements Files {
  readonly #entries = new Map<string, Entry>();
  readonly #directories = new Set<string>(["/", "/tmp"]);
  readonly #failures = new Map<string, string>();
  #count = 0;
  readonly #modified = new Date("2024-03-05T14:07:09.000Z");

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [path, content] of Object.entries(files)) this.put(path, content);
  }

  put(path: string, content: string | Uint8Array, mode = 0o644): void {
    this.#entries.set(path, { bytes: typeof content === "string" ? new TextEncoder().encode(content) : content, mode });
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      this.#directories.add(path.slice(0, at));
  }
  text(path: string): string | undefined {
    const entry = this.#entries.get(path);
    return entry && new TextDecoder().decode(entry.bytes);
  }
  paths(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }
  failWith(path: string, code: string): void {
    this.#failures.set(path, code);
  }

  #check(path: string): void {
    const code = this.#failures.get(path);
    if (code) throw failure(code, path);
  }
  #entry(path: string): Entry {
    this.#check(path);
    const entry = this.#entries.get(path);
    if (!entry) throw failure(this.#directories.has(path) ? "EISDIR" : "ENOENT", path);
    return entry;
  }

  async *read(path: string, options: { start?: number; end?: number } = {}): AsyncGenerator<Uint8Array> {
    yield this.#entry(path).bytes.subarray(options.start ?? 0, options.end);
  }
  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(this.#entry(path).bytes);
  }
  async write(
    path: string,
    data: AsyncIterable<Uint8Array> | Uint8Array | string,
    options: { mode?: number; exclusive?: boolean; append?: boolean } = {},
  ): Promise<void> {
    const bytes = await collected(data);
    this.#check(path);
    const before = this.#entries.get(path);
    if (options.exclusive && before) throw failure("EEXIST", path);
    const parent = path.slice(0, Math.max(path.lastIndexOf("/"), 0));
    if (parent !== "" && !this.#directories.has(parent)) throw failure("ENOENT", path);
    const all = options.append && before ? joined([before.bytes, bytes]) : bytes;
    this.#entries.set(path, { bytes: all, mode: before?.mode ?? options.mode ?? 0o644 });
  }
  async stat(path: string): Promise<FileStat | undefined> {
    this.#check(path);
    const entry = this.#entries.get(path);
    if (entry) return { kind: "file", size: entry.bytes.length, mode: entry.mode, modified: this.#modified };
    const bare = path.length > 1 ? path.replace(/\/+$/, "") : path;
    if (!this.#directories.has(bare)) return undefined;
    return { kind: "directory", size: 0, mode: 0o755, modified: this.#modified };
  }
  async list(path: string): Promise<readonly string[]> {
    const prefix = path.endsWith("/") ? path : `${path}/`;
    const under = [...this.#entries.keys(), ...this.#directories].filter((p) => p.startsWith(prefix) && p !== prefix);
    return [...new Set(under.map((p) => p.slice(prefix.length).split("/")[0] ?? ""))].filter((n) => n !== "").sort();
  }
  async glob(pattern: string): Promise<readonly string[]> {
    const source = pattern
      .replace(/[.+^${}()|\\]/g, "\\$&")
      .replaceAll("*", "[^/]*")
      .replaceAll("?", "[^/]");
    const wanted = new RegExp(`^${source}$`);
    return this.paths().filter((path) => wanted.test(path));
  }
  async readLink(path: string): Promise<string> {
    throw failure("ENOENT", path);
  }
  async makeDirectory(path: string): Promise<void> {
    this.#check(path);
    this.#directories.add(path);
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      this.#directories.add(path.slice(0, at));
  }
  async copy(from: string, to: string): Promise<void> {
    const { bytes, mode } = this.#entry(from);
    await this.write(to, bytes, { mode });
    await this.chmod(to, mode);
  }
  /** For `freeBytes`. */
  free = Number.POSITIVE_INFINITY;
  async freeBytes(path: string): Promise<number> {
    this.#check(path);
    return this.free;
  }
  async rename(from: string, to: string): Promise<void> {
    this.#check(to);
    if (this.#directories.has(from)) return this.#renameDirectory(from, to);
    const entry = this.#entry(from);
    this.#entries.delete(from);
    this.#entries.set(to, entry);
  }
  /** As the system does: an empty directory gives way, one with something in it does not. */
  #renameDirectory(from: string, to: string): void {
    const under = (path: string, directory: string): boolean => path.startsWith(`${directory}/`);
    if ([...this.#entries.keys(), ...this.#directories].some((path) => under(path, to))) throw failure("ENOTEMPTY", to);
    for (const [path, entry] of [...this.#entries]) {
      if (!under(path, from)) continue;
      this.#entries.delete(path);
      this.#entries.set(to + path.slice(from.length), entry);
    }
    for (const path of [...this.#directories]) {
      if (path !== from && !under(path, from)) continue;
      this.#directories.delete(path);
      this.#directories.add(to + path.slice(from.length));
    }
  }
  async chmod(path: string, mode: number): Promise<void> {
    this.#entries.set(path, { ...this.#entry(path), mode });
  }
  async remove(path: string): Promise<void> {
    if ((await this.stat(path))?.kind === "directory") throw failure("EISDIR", path);
    this.#entries.delete(path);
  }
  async removeTree(path: string): Promise<void> {
    for (const known of this.#entries.keys())
      if (known === path || known.startsWith(`${path}/`)) this.#entries.delete(known);
    for (const known of this.#directories)
      if (known === path || known.startsWith(`${path}/`)) this.#directories.delete(known);
  }
  async temporary(kind: "file" | "directory", prefix: string): Promise<string> {
    const path = `/tmp/${prefix}${1000000000 + this.#count++}`;
    if (kind === "directory") this.#directories.add(path);
    else this.put(path, "", 0o600);
    return path;
  }
  async digest(path: string, algorithms: readonly string[]): Promise<Readonly<Record<string, string>>> {
    const { bytes } = this.#entry(path);
    // Not a real hash: tells files and algorithms apart, which is all a test of the caller needs.
    const sum = bytes.reduce((n, b) => (n * 31 + b) >>> 0, 7).toString(16);
    return Object.fromEntries(algorithms.map((algorithm) => [algorithm, `${algorithm}-${sum}`]));
  }
}
