import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";

/** One change of one row: its new content, or nothing any more. */
export type JournalEntry =
  | readonly ["put", kind: string, region: string, row: { readonly id: string }]
  | readonly ["del", kind: string, region: string, id: string];

const fileName = "state.jsonl";
const header = { kiln: "local-cloud-state", version: 1 };

/**
 * The state on disk: one line per transaction, appended and synced before the caller sees its answer. A line that a crash
 * cut short is dropped when the journal is opened again, so a transaction is there wholly or not at all.
 */
export class Journal {
  readonly #path: string;
  #fd: number;
  /** Bytes that are whole lines. */
  #size: number;

  private constructor(path: string, fd: number, size: number) {
    this.#path = path;
    this.#fd = fd;
    this.#size = size;
  }

  /** Opens (or begins) the journal of a directory and gives what it holds, oldest first. */
  static open(directory: string): { journal: Journal; entries: readonly JournalEntry[]; lines: number } {
    const path = join(directory, fileName);
    const fd = openSync(path, "a+", 0o600);
    try {
      const content = readFileSync(path);
      const { end, isNew, lines } = wholeLines(path, content);
      if (end < content.length) ftruncateSync(fd, end);
      const journal = new Journal(path, fd, end);
      if (isNew) journal.#write(`${JSON.stringify(header)}\n`);
      return { journal, entries: lines.flatMap((line, i) => parseLine(path, line, i + 2)), lines: lines.length };
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  /** What a directory's journal holds now, for somebody who writes nothing: another process may have it open. */
  static read(directory: string): readonly JournalEntry[] {
    const path = join(directory, fileName);
    if (!existsSync(path)) return [];
    const { lines } = wholeLines(path, readFileSync(path));
    return lines.flatMap((line, i) => parseLine(path, line, i + 2));
  }

  append(entries: readonly JournalEntry[]): void {
    this.#write(`${JSON.stringify(entries)}\n`);
  }

  /** Replaces the file by one that holds just these entries; the old one stays whole until the new one is complete. */
  rewrite(entries: readonly JournalEntry[]): void {
    const fresh = `${this.#path}.new`;
    const fd = openSync(fresh, "w", 0o600);
    const lines = [JSON.stringify(header), ...entries.map((entry) => JSON.stringify([entry]))];
    const size = writeAll(fd, `${lines.join("\n")}\n`);
    fsyncSync(fd);
    renameSync(fresh, this.#path);
    closeSync(this.#fd);
    closeSync(fd);
    this.#fd = openSync(this.#path, "a", 0o600);
    this.#size = size;
    const parent = openSync(dirname(this.#path), "r");
    fsyncSync(parent);
    closeSync(parent);
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** A line that could not be written whole (a full disk) is taken back, so that the next one does not run into it. */
  #write(text: string): void {
    try {
      const size = writeAll(this.#fd, text);
      fdatasyncSync(this.#fd);
      this.#size += size;
    } catch (error) {
      ftruncateSync(this.#fd, this.#size);
      throw error;
    }
  }
}

/** The lines after the first that are whole, and where they end. Throws where another version wrote them. */
function wholeLines(
  path: string,
  content: Buffer,
): { readonly end: number; readonly isNew: boolean; readonly lines: readonly string[] } {
  const end = content.lastIndexOf(0x0a) + 1;
  const [first, ...lines] = content.subarray(0, end).toString("utf8").split("\n").filter(Boolean);
  if (first !== undefined && JSON.parse(first).version !== header.version) {
    throw new Error(`${path} was written by another version of Kiln (${first}); move it away or use another directory`);
  }
  return { end, isNew: first === undefined, lines };
}

/** Writes it all and gives its length in bytes. */
function writeAll(fd: number, text: string): number {
  const bytes = Buffer.from(text, "utf8");
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  return bytes.length;
}

function parseLine(path: string, line: string, number: number): JournalEntry[] {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${path}, line ${number}: not a line of the local cloud's journal`, { cause });
  }
}
