import type { Files, TransferOptions } from "@kiln/sdk";
import { messageOf, TransferError } from "@kiln/sdk";
import { InFlight } from "./in-flight.ts";
import { joinRemote } from "./paths.ts";
import type { Sftp } from "./sftp-session.ts";
import { writePieces } from "./sftp-upload.ts";
import { readKnown } from "./small-files.ts";
import { type Entry, walk } from "./walk.ts";

const filesInFlight = 32;

/** A remote directory: ready when it exists, closed when its last content is there. */
interface Place {
  readonly path: string;
  readonly ready: Promise<unknown>;
}

/**
 * A whole directory over sftp: many files at once, each waiting only for its own directory. `scpRules` makes what `scp` would make:
 * contents straight into a missing destination, and the modes of existing directories left alone.
 */
export async function sftpUploadTree(
  sftp: Sftp,
  files: Files,
  root: { readonly localDir: string; readonly name: string | undefined; readonly mode: number },
  remoteDir: string,
  options: TransferOptions & { readonly exclude?: readonly string[]; readonly scpRules: boolean },
): Promise<void> {
  const target = remoteDir.replace(/(?<=.)\/+$/, "");
  const missing = !(await sftp.stat(target))?.isDirectory();
  const into = root.name === undefined || (missing && options.scpRules) ? target : joinRemote(target, root.name);
  if (missing) await makeParents(sftp, target);
  const lateModes: { path: string; mode: number }[] = [];
  const flight = new InFlight(filesInFlight);
  const made = (path: string, mode: number, after: Promise<unknown>): Place => {
    const ready = after
      .then(() => sftp.makeDirectory(path, mode | 0o700))
      .then((fresh) => {
        if (fresh || !options.scpRules) lateModes.push({ path, mode });
      });
    ready.catch(() => {}); // whoever waits for it hears of it
    return { path, ready };
  };
  const top = into === target ? { path: into, ready: Promise.resolve() } : made(into, root.mode, Promise.resolve());
  const open: Place[] = [top];
  const started: Promise<unknown>[] = [top.ready];
  for await (const entry of walk(files, root.localDir, options.exclude)) {
    options.signal.throwIfAborted();
    const here = open.at(-1) ?? top;
    if (entry.is === "up") open.pop();
    else if (entry.is === "directory") {
      const place = made(joinRemote(here.path, entry.name), entry.mode, here.ready);
      open.push(place);
      started.push(place.ready);
    } else await flight.add(() => sendFile(sftp, files, entry, here, options));
  }
  await flight.drained();
  await Promise.all(started);
  for (const { path, mode } of lateModes.reverse()) await flight.add(() => sftp.setPathMode(path, mode));
  await flight.drained();
}

async function sendFile(
  sftp: Sftp,
  files: Files,
  entry: Extract<Entry, { is: "file" }>,
  place: Place,
  options: TransferOptions,
): Promise<void> {
  await place.ready;
  const path = joinRemote(place.path, entry.name);
  const pieces = new InFlight(4);
  const handle = await sftp.openFile(path, "w", entry.mode | 0o200);
  try {
    await writePieces(sftp, pieces, handle, readable(files, entry), path, options);
    await pieces.add(() => sftp.setMode(handle, entry.mode, path));
  } finally {
    await pieces.add(() => sftp.close(handle, path));
    await pieces.drained();
  }
}

async function* readable(files: Files, { path, size }: Extract<Entry, { is: "file" }>): AsyncGenerator<Uint8Array> {
  try {
    yield* readKnown(files, path, size);
  } catch (error) {
    throw new TransferError("transfer/local", `${path} cannot be read: ${messageOf(error)}`, error);
  }
}

async function makeParents(sftp: Sftp, path: string): Promise<void> {
  const names = path.split("/");
  for (let i = 1; i <= names.length; i++) {
    const prefix = names.slice(0, i).join("/");
    if (prefix === "" || /^[a-z]:$/i.test(prefix)) continue;
    if (!(await sftp.stat(prefix))) await sftp.makeDirectory(prefix, 0o755);
  }
}
