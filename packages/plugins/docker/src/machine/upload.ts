import { type Files, messageOf, TransferError, type TransferOptions, type UploadOptions } from "@kiln/sdk";
import type { Sized } from "../engine/engine.ts";
import { type TarEntry, tarEnd, tarHead, tarPadding } from "../tar/write-tar.ts";
import { localTree } from "./local-tree.ts";
import type { Owner } from "./owner.ts";

const pieceSize = 256 * 1024;
/** Smaller files are sent in one piece. */
const worthStreaming = 64 * 1024;

/** An archive of one file. Where the size is not known the bytes are gathered first, since the head of the archive says it. */
export async function fileArchive(
  source: AsyncIterable<Uint8Array>,
  name: string,
  options: UploadOptions & { readonly owner: Owner; readonly modified: Date; readonly piecesHeld?: number | undefined },
): Promise<Sized> {
  const { mode = 0o644, owner, modified, readInto, piecesHeld } = options;
  const streamed = options.size !== undefined && options.size >= worthStreaming;
  const reused = streamed && readInto && piecesHeld !== undefined ? readInto(memoryInTurn(piecesHeld)) : source;
  const [bytes, size] = options.size === undefined ? await gathered(source) : [reused, options.size];
  const head = tarHead({ name, kind: "file", mode, ...owner, size, modified: modified.getTime() / 1000 });
  const padding = tarPadding(size);
  const archive = (async function* () {
    yield head;
    yield* exactly(bytes, size, name, options);
    yield padding;
    yield tarEnd;
  })();
  const length = head.length + size + padding.length + tarEnd.length;
  return { bytes: size < worthStreaming ? inOnePiece(archive) : archive, length };
}

/** One write instead of four: an engine that refuses closes, and a write that meets that loses what it said. */
async function* inOnePiece(archive: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield Buffer.concat(await Array.fromAsync(archive));
}

/**
 * An archive of a local directory below `prefix`; without one, of its contents. Symbolic links are sent as what they are, as `docker cp`
 * does, the directory itself too where no slash follows its name: nothing of this machine comes along that nobody named.
 */
export async function* directoryArchive(
  files: Files,
  localDir: string,
  prefix: string,
  options: TransferOptions & { readonly exclude?: readonly string[]; readonly owner: Owner },
): AsyncGenerator<Uint8Array> {
  const { owner, signal, exclude } = options;
  const root = localDir === "/" ? "" : localDir.replace(/\/+$/, "");
  const stat = await files.stat(root || "/");
  if (stat?.kind !== "directory") throw local(`${localDir} is not a directory`);
  const entry = (
    name: string,
    more: Pick<TarEntry, "kind" | "mode" | "size" | "target"> & { readonly modified: Date },
  ): Uint8Array => tarHead({ name, ...owner, ...more, modified: more.modified.getTime() / 1000 });
  const link = localDir.endsWith("/") ? undefined : await files.stat(root, { link: true });
  if (link?.kind === "symlink") {
    yield entry(prefix, { ...link, kind: "link", size: 0, target: await files.readLink(root) });
    yield tarEnd;
    return;
  }
  if (prefix !== "") yield entry(prefix, { ...stat, kind: "directory", size: 0 });
  for await (const found of localTree(files, root, { exclude, followLinks: false })) {
    signal.throwIfAborted();
    yield entry(prefix === "" ? found.relative : `${prefix}/${found.relative}`, found);
    if (found.kind !== "file") continue;
    yield* exactly(files.read(found.path), found.size, found.path, options);
    yield tarPadding(found.size);
  }
  yield tarEnd;
}

/** Passes the bytes on and insists on their number: a head that lies would make a wrong archive. */
async function* exactly(
  source: AsyncIterable<Uint8Array>,
  size: number,
  name: string,
  { signal, onProgress }: TransferOptions,
): AsyncGenerator<Uint8Array> {
  let sent = 0;
  for await (const bytes of source) {
    signal.throwIfAborted();
    sent += bytes.length;
    if (sent > size) throw local(`${name} became longer than ${size} bytes while it was sent`);
    yield bytes;
    onProgress?.(bytes.length);
  }
  if (sent < size) throw local(`${name} ended after ${sent} of ${size} bytes`);
}

/** As many pieces of memory as are held at once: fresh memory for each costs more than reading into it. */
function memoryInTurn(pieces: number): () => Uint8Array {
  const memory: Uint8Array[] = [];
  let turn = 0;
  return () => (memory[turn++ % pieces] ??= Buffer.allocUnsafeSlow(pieceSize));
}

async function gathered(source: AsyncIterable<Uint8Array>): Promise<[AsyncIterable<Uint8Array>, number]> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const bytes of source) {
      pieces.push(bytes.slice());
      size += bytes.length;
    }
  } catch (error) {
    throw new TransferError("transfer/local", messageOf(error), error);
  }
  const again = (async function* () {
    yield* pieces;
  })();
  return [again, size];
}

function local(message: string): TransferError {
  return new TransferError("transfer/local", message);
}
