import { Buffer } from "node:buffer";
import type { Files, TransferOptions } from "@kiln/sdk";
import { messageOf, TransferError } from "@kiln/sdk";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";
import { remoteWord } from "./quote.ts";
import { ScpSink } from "./scp-peer.ts";
import { octal } from "./scp-upload.ts";
import { readKnown, type SmallFile, smallFilesAhead } from "./small-files.ts";
import { type Entry, walk } from "./walk.ts";

type Directory = Extract<Entry, { is: "directory" }>;
type File = Extract<Entry, { is: "file" }>;

/** Files that go through the three passes together: few enough to hold in memory. */
const batchSize = 4096;

/**
 * A whole directory through one `scp -r -t`, without waiting for the answer to each record, as waiting costs a round trip per file. Since
 * a file whose header is refused would have its bytes read as further records, and a refused directory its files put elsewhere, every
 * batch goes in three passes, each settled before the next: the directories; the files, empty; the files with their bytes.
 */
export async function scpUploadTree(
  link: Link,
  channel: Channel,
  files: Files,
  root: { readonly localDir: string; readonly name: string | undefined; readonly mode: number },
  remoteDir: string,
  options: TransferOptions & { readonly exclude?: readonly string[] },
): Promise<void> {
  const sink = new ScpSink(link, channel, command(remoteDir, root.name === undefined), options.signal);
  try {
    const sender = new TreeSender(sink, files, options);
    let open: Directory[] = [];
    for await (const { batch, before } of batches(entries(files, root, options.exclude), batchSize)) {
      open = before;
      await sender.send(open, batch);
    }
    await sink.finish();
  } finally {
    sink.abandon();
  }
}

/** A missing destination is made where contents go into it: scp would put every file into one of that name. */
function command(remoteDir: string, contentsOnly: boolean): string {
  const word = remoteWord(remoteDir);
  const receive = `scp -r -t ${word}`;
  return contentsOnly && !/^[a-z]:[\\/]/i.test(remoteDir) ? `test -d ${word} || mkdir -p ${word}; ${receive}` : receive;
}

async function* entries(
  files: Files,
  root: { readonly localDir: string; readonly name: string | undefined; readonly mode: number },
  exclude: readonly string[] | undefined,
): AsyncGenerator<Entry> {
  if (root.name !== undefined) yield { is: "directory", name: root.name, path: root.localDir, mode: root.mode };
  yield* walk(files, root.localDir, exclude);
  if (root.name !== undefined) yield { is: "up" };
}

/** Cuts the walk into batches; `before` are the directories that are open where a batch starts. */
async function* batches(
  all: AsyncIterable<Entry>,
  size: number,
): AsyncGenerator<{ readonly batch: readonly Entry[]; readonly before: Directory[] }> {
  let batch: Entry[] = [];
  let before: Directory[] = [];
  const open: Directory[] = [];
  for await (const entry of all) {
    batch.push(entry);
    if (entry.is === "directory") open.push(entry);
    if (entry.is === "up") open.pop();
    if (batch.length < size) continue;
    yield { batch, before };
    batch = [];
    before = [...open];
  }
  if (batch.length > 0) yield { batch, before };
}

class TreeSender {
  readonly #sink: ScpSink;
  readonly #files: Files;
  readonly #options: TransferOptions;

  constructor(sink: ScpSink, files: Files, options: TransferOptions) {
    this.#sink = sink;
    this.#files = files;
    this.#options = options;
  }

  async send(before: readonly Directory[], batch: readonly Entry[]): Promise<void> {
    const whole = [...before, ...batch, ...ups(before, batch)];
    const directories = whole.filter((entry) => entry.is !== "file");
    // A directory that its owner may not write to is closed for good once it is made: no second pass.
    if (directories.some((entry) => entry.is === "directory" && (entry.mode & 0o300) !== 0o300)) {
      return this.#pass(whole, "careful");
    }
    if (directories.length > 0) await this.#pass(directories, "prepare");
    await this.#pass(whole, "prepare");
    await this.#pass(whole, "fill");
  }

  async #pass(whole: readonly Entry[], how: "prepare" | "fill" | "careful"): Promise<void> {
    const sink = this.#sink;
    const small = how === "prepare" ? undefined : smallFilesAhead(this.#files, whole);
    try {
      for (const entry of whole) {
        this.#options.signal.throwIfAborted();
        if (entry.is === "up") await sink.record("E\n");
        else if (entry.is === "directory") await sink.record(`D${octal(entry.mode)} 0 ${entry.name}\n`);
        else if (how === "prepare") {
          // Writable for now: the next pass opens it again.
          await sink.record(`C${octal(entry.mode | 0o200)} 0 ${entry.name}\n`);
          await sink.verdict();
        } else {
          await sink.record(`C${octal(entry.mode)} ${entry.size} ${entry.name}\n`);
          if (how === "careful") await sink.settled();
          await this.#fill(entry, small?.take(entry));
        }
        if (how === "careful") await sink.settled();
      }
      await sink.settled();
    } finally {
      await small?.end();
    }
  }

  /** Exactly as many bytes as announced, whatever the file does meanwhile; then whether they are right. */
  async #fill(entry: File, small: SmallFile | undefined): Promise<void> {
    let left = entry.size;
    let problem: string | undefined;
    const source = small ? (await small).chunks() : readKnown(this.#files, entry.path, entry.size);
    try {
      for await (const bytes of source) {
        const piece = bytes.subarray(0, left);
        left -= piece.length;
        await this.#sink.data(Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength));
        this.#options.onProgress?.(piece.length);
        if (left === 0) break;
      }
    } catch (error) {
      if (error instanceof TransferError) throw error;
      this.#options.signal.throwIfAborted();
      problem = `${entry.path} cannot be read: ${messageOf(error)}`;
    }
    if (left > 0) problem ??= `${entry.path} became shorter while it was sent`;
    for (; left > 0; left -= Math.min(left, zeros.length)) await this.#sink.data(zeros.subarray(0, left));
    await this.#sink.verdict(problem);
    if (problem !== undefined) throw new TransferError("transfer/local", problem);
  }
}

const zeros = Buffer.alloc(64 * 1024);

/** The ends of the directories that a batch leaves open. */
function ups(before: readonly Directory[], batch: readonly Entry[]): readonly Entry[] {
  let depth = before.length;
  for (const entry of batch) depth += entry.is === "directory" ? 1 : entry.is === "up" ? -1 : 0;
  return Array.from({ length: depth }, () => ({ is: "up" }) as const);
}
