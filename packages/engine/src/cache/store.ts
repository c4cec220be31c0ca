import { Buffer } from "node:buffer";
import { join } from "node:path";
import { codeOf, failureText, type Host, StepError } from "@kiln/sdk";
import { OutsideNotes } from "./outside-notes.ts";
import { type CacheRecord, openRecord, type PayloadFile, sealRecord } from "./record.ts";

const saltBytes = 32;
const recordFile = "record.json";
const usedFile = "used";
const payload = "state";
/** Of directories that are on their way out. */
const removedPrefix = "removed-";

export type Looked = { readonly record: CacheRecord; readonly directory: string } | { readonly broken: string };

/** An entry as `kiln cache list` shows it. */
export interface StoredEntry {
  readonly key: string;
  /** Absent where the entry is no good: then `broken` says why. */
  readonly record?: CacheRecord;
  readonly broken?: string;
  readonly lastUsed: Date;
  /** Of its files and of what it holds outside. */
  readonly bytes: number;
}

/**
 * Stored states, one directory each: `record.json`, and the builder's files in `state/`. An entry appears whole, by renaming a directory
 * that was filled elsewhere; what is not as its sealed record says is not used.
 */
export class CacheStore {
  readonly #host: Host;
  readonly directory: string;
  readonly outside: OutsideNotes;
  #salt: Promise<Uint8Array> | undefined;

  constructor(host: Host, directory: string) {
    this.#host = host;
    this.directory = directory;
    this.outside = new OutsideNotes(host, directory);
  }

  /** Random, made once per store: digests of one store mean nothing in another. */
  salt(signal: AbortSignal): Promise<Uint8Array> {
    this.#salt ??= this.#readSalt(signal).catch((error: unknown) => {
      this.#salt = undefined;
      throw error;
    });
    return this.#salt;
  }

  /** Undefined where nothing is stored under this key. Reads the record alone. */
  async look(key: string, signal: AbortSignal): Promise<Looked | undefined> {
    const directory = this.#entry(key);
    const { files } = this.#host;
    if (!(await files.stat(directory))) return undefined;
    let text: string;
    try {
      text = await files.readText(join(directory, recordFile));
    } catch (error) {
      if (codeOf(error) === "ENOENT" && !(await files.stat(directory))) return undefined;
      return { broken: "its record cannot be read" };
    }
    const record = openRecord(text, key, await this.salt(signal));
    return "broken" in record ? record : { record, directory: join(directory, payload) };
  }

  /** Why the files of an entry are not those that were stored; undefined where all is well. */
  async damage(record: CacheRecord, signal: AbortSignal): Promise<string | undefined> {
    for (const { name, size, sha256 } of record.files) {
      const path = join(this.#entry(record.key), payload, name);
      const stat = await this.#host.files.stat(path, { link: true });
      if (stat?.kind !== "file") return `its file ${name} is gone`;
      if (stat.size !== size) return `its file ${name} is not as it was stored`;
      const digest = await this.#host.files.digest(path, ["sha256"], signal);
      if (digest["sha256"] !== sha256) return `its file ${name} is not as it was stored`;
    }
    return undefined;
  }

  /** A path to fill and then to `commit`; nothing is made yet. */
  stagingPath(): string {
    return join(this.directory, "new", this.#randomName());
  }

  async makeStaging(path: string): Promise<void> {
    const { files } = this.#host;
    await this.#makeDirectories();
    await files.makeDirectory(path, { mode: 0o700 });
    await files.makeDirectory(this.stagedState(path), { mode: 0o700 });
  }

  /** Where the builder's files go. */
  stagedState(path: string): string {
    return join(path, payload);
  }

  /** What the builder left there, hashed. */
  async stagedFiles(path: string, signal: AbortSignal): Promise<readonly PayloadFile[]> {
    const { files } = this.#host;
    const found: PayloadFile[] = [];
    for (const name of await files.list(this.stagedState(path))) {
      const file = join(this.stagedState(path), name);
      const stat = await files.stat(file, { link: true });
      if (stat?.kind !== "file") throw new Error(`${name} in a saved state is no file`);
      await files.chmod(file, 0o600);
      const { sha256 = "" } = await files.digest(file, ["sha256"], signal);
      found.push({ name, size: stat.size, sha256 });
    }
    return found;
  }

  /** Makes a filled directory an entry, at one stroke. False where another build was quicker. */
  async commit(path: string, record: CacheRecord, signal: AbortSignal): Promise<boolean> {
    const { files, clock } = this.#host;
    const mode = 0o600;
    await files.write(join(path, usedFile), `${clock.now().toISOString()}\n`, { mode });
    await files.write(join(path, recordFile), sealRecord(record, await this.salt(signal)), { mode });
    try {
      await files.rename(path, this.#entry(record.key));
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === "ENOTEMPTY" || code === "EEXIST") return false;
      throw error;
    }
  }

  /** It served a build just now. */
  async touch(key: string): Promise<void> {
    const now = `${this.#host.clock.now().toISOString()}\n`;
    await this.#host.files.write(join(this.#entry(key), usedFile), now, { mode: 0o600 });
  }

  /** Takes the entry out of use at one stroke, then removes its files. What it holds outside is the caller's business. */
  async remove(key: string): Promise<void> {
    const { files } = this.#host;
    const away = join(this.directory, "new", `${removedPrefix}${this.#randomName()}`);
    await files.makeDirectory(join(this.directory, "new"), { recursive: true, mode: 0o700 });
    try {
      await files.rename(this.#entry(key), away);
    } catch (error) {
      if (codeOf(error) === "ENOENT") return;
      throw error;
    }
    await files.removeTree(away);
  }

  /** Removes what a removal that was cut short left. */
  async sweep(): Promise<void> {
    const { files } = this.#host;
    const directory = join(this.directory, "new");
    if (!(await files.stat(directory))) return;
    for (const name of await files.list(directory)) {
      if (name.startsWith(removedPrefix)) await files.removeTree(join(directory, name));
    }
  }

  /** All entries, broken ones too. */
  async list(signal: AbortSignal): Promise<readonly StoredEntry[]> {
    const { files } = this.#host;
    const directory = join(this.directory, "entries");
    if (!(await files.stat(directory))) return [];
    const found: StoredEntry[] = [];
    for (const key of await files.list(directory)) {
      signal.throwIfAborted();
      const looked = await this.look(key, signal);
      if (!looked) continue;
      const lastUsed = await this.#lastUsed(key);
      if ("broken" in looked) found.push({ key, broken: looked.broken, lastUsed, bytes: await this.#bytes(key) });
      else {
        const { record } = looked;
        const bytes = record.files.reduce((sum, file) => sum + file.size, 0) + (record.outside?.bytes ?? 0);
        found.push({ key, record, lastUsed, bytes });
      }
    }
    return found;
  }

  #randomName(): string {
    return Buffer.from(this.#host.random.bytes(12)).toString("hex");
  }

  #entry(key: string): string {
    return join(this.directory, "entries", key);
  }

  async #makeDirectories(): Promise<void> {
    for (const name of ["entries", "new"]) {
      await this.#host.files.makeDirectory(join(this.directory, name), { recursive: true, mode: 0o700 });
    }
  }

  async #readSalt(signal: AbortSignal): Promise<Uint8Array> {
    const path = join(this.directory, "salt");
    const { files, random } = this.#host;
    const present = await this.#saltAt(path);
    if (present) return present;
    await this.#makeDirectories();
    await using _ = await this.#host.lock(`${path}.lock`, signal);
    const meanwhile = await this.#saltAt(path);
    if (meanwhile) return meanwhile;
    const salt = random.bytes(saltBytes);
    const unfinished = `${path}.new`;
    await files.remove(unfinished);
    await files.write(unfinished, Buffer.from(salt).toString("hex"), { mode: 0o600 });
    await files.rename(unfinished, path);
    return salt;
  }

  /** A damaged salt counts as none: with a new one, everything stored under the old is foreign. */
  async #saltAt(path: string): Promise<Uint8Array | undefined> {
    try {
      const salt = Buffer.from(await this.#host.files.readText(path), "hex");
      return salt.length === saltBytes ? salt : undefined;
    } catch (error) {
      if (codeOf(error) === "ENOENT") return undefined;
      throw new StepError(`the cache's salt, ${path}, cannot be read: ${failureText(error)}`, {
        code: "cache/salt",
        cause: error,
      });
    }
  }

  async #lastUsed(key: string): Promise<Date> {
    try {
      const at = new Date((await this.#host.files.readText(join(this.#entry(key), usedFile))).trim());
      if (!Number.isNaN(at.getTime())) return at;
    } catch {
      // Older than anything else: the first to go.
    }
    return new Date(0);
  }

  async #bytes(key: string): Promise<number> {
    const { files } = this.#host;
    const directory = join(this.#entry(key), payload);
    if ((await files.stat(directory))?.kind !== "directory") return 0;
    let sum = 0;
    for (const name of await files.list(directory)) sum += (await files.stat(join(directory, name)))?.size ?? 0;
    return sum;
  }
}
