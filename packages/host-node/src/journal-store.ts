import { type FileHandle, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Journal, JournalEntry, JournalledRun, JournalStore } from "@kiln/sdk";
import { codeOf, failureText } from "@kiln/sdk";
import { makeDirectories } from "./make-directories.ts";
import { isAlive, type ProcessIdentity, thisProcess } from "./process-identity.ts";

interface Header extends ProcessIdentity {
  readonly version: 1;
  readonly run: string;
  readonly at: string;
  readonly command: string;
}

interface Waiting {
  readonly line: string;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

class FileJournal implements Journal {
  readonly run: string;
  readonly #path: string;
  readonly #header: (() => Promise<Header>) | undefined;
  #handle: Promise<FileHandle> | undefined;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;

  constructor(path: string, run: string, header?: () => Promise<Header>) {
    this.#path = path;
    this.run = run;
    this.#header = header;
  }

  append(entry: JournalEntry): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ line: `${JSON.stringify(entry)}\n`, done, failed });
      this.#writing ??= this.#writeAll();
    });
  }

  /** What many builds append at the same time goes to disk with one flush. */
  async #writeAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      try {
        const handle = await this.#open();
        await handle.appendFile(batch.map((w) => w.line).join(""));
        // The point of the journal: the intent is on disk before the thing exists.
        await handle.datasync();
        for (const { done } of batch) done();
      } catch (error) {
        const failure = unwritable(this.#path, error);
        for (const { failed } of batch) failed(failure);
      }
    }
    this.#writing = undefined;
  }

  /** Opened with the first entry: a run that makes nothing leaves no file. */
  #open(): Promise<FileHandle> {
    this.#handle ??= (async () => {
      await makeDirectories(join(this.#path, ".."), 0o700);
      return this.#header ? await begin(this.#path, await this.#header()) : await goOn(this.#path);
    })();
    return this.#handle;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#writing;
    const handle = this.#handle;
    this.#handle = undefined;
    // One that could not be opened was told of when it was written to.
    if (handle) await (await handle.catch(() => undefined))?.close();
  }
}

function unwritable(path: string, cause: unknown): Error {
  const text = `the journal ${path} cannot be written: ${failureText(cause)}. KILN_STATE_DIR says where journals lie`;
  return Object.assign(new Error(text, { cause }), { code: codeOf(cause) });
}

/** The file gets its name with the header in it: without one, another Kiln would take the run for dead. */
async function begin(path: string, header: Header): Promise<FileHandle> {
  const unnamed = `${path}.new`;
  const handle = await open(unnamed, "a", 0o600);
  try {
    await handle.appendFile(`${JSON.stringify(header)}\n`);
    await rename(unnamed, path);
    return handle;
  } catch (error) {
    await handle.close();
    await rm(unnamed, { force: true });
    throw error;
  }
}

/** What a crash left of a last line must not swallow the next. */
async function goOn(path: string): Promise<FileHandle> {
  const handle = await open(path, "a", 0o600);
  await handle.appendFile("\n");
  return handle;
}

/** Entries of a journal; a line cut short by a crash is ignored. */
function parseJournal(text: string): {
  readonly header: Header | undefined;
  readonly entries: readonly JournalEntry[];
} {
  const values: unknown[] = [];
  for (const line of text.split("\n")) {
    if (line === "") continue;
    try {
      values.push(JSON.parse(line));
    } catch {
      // What was intended next was never made.
    }
  }
  const [header, ...entries] = values;
  return { header: header as Header | undefined, entries: entries as JournalEntry[] };
}

function outstandingOf(entries: readonly JournalEntry[]): readonly JournalEntry[] {
  const open = new Map<string, JournalEntry>();
  for (const entry of entries) {
    const key = `${entry.resource}`;
    if (entry.event === "intent" || entry.event === "acquired" || entry.event === "release-failed")
      open.set(key, { ...open.get(key), ...entry });
    else open.delete(key);
  }
  return [...open.values()];
}

/** Other Kilns remove their journals at any time. */
async function unlessMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Journals as files, one per run, in the user's state directory. */
export function fileJournals(directory: string): JournalStore {
  const pathOf = (run: string): string => join(directory, `${run}.jsonl`);
  const find = async (run: string): Promise<JournalledRun | undefined> => {
    const text = await unlessMissing(readFile(pathOf(run), "utf8"));
    if (text === undefined) return undefined;
    const { header, entries } = parseJournal(text);
    return {
      run,
      startedAt: header?.at ?? "",
      command: header?.command ?? "",
      alive: header ? await isAlive(header) : false,
      outstanding: outstandingOf(entries),
    };
  };
  return {
    open: async (run, command) =>
      new FileJournal(pathOf(run), run, async () => ({
        version: 1,
        run,
        at: new Date().toISOString(),
        command,
        ...(await thisProcess()),
      })),
    resume: async (run) => new FileJournal(pathOf(run), run),
    forget: (run) => rm(pathOf(run), { force: true }),
    find,
    runs: async () => {
      const names = (await unlessMissing(readdir(directory))) ?? [];
      const runs: JournalledRun[] = [];
      for (const name of names.filter((n) => n.endsWith(".jsonl")).sort()) {
        const run = await find(name.slice(0, -".jsonl".length));
        if (run) runs.push(run);
      }
      return runs.sort((a, b) => (a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0));
    },
  };
}
