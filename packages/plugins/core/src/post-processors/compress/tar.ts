import { basename } from "node:path";
import type { Files } from "@kiln/sdk";
import { pack } from "tar-stream";

/** The files as a tar stream, under their base names; `buffer` is the memory to read into. */
export async function* tarred(
  paths: readonly string[],
  files: Files,
  buffer?: () => Uint8Array,
): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const filling = fill(archive, paths, (path) => files.read(path, buffer && { buffer }), files).catch(
    (error: unknown) => {
      archive.destroy(error instanceof Error ? error : new Error(String(error)));
    },
  );
  try {
    for await (const chunk of archive) yield chunk as Uint8Array;
  } finally {
    archive.destroy();
    await filling;
  }
}

async function fill(
  archive: ReturnType<typeof pack>,
  paths: readonly string[],
  read: (path: string) => AsyncIterable<Uint8Array>,
  files: Files,
): Promise<void> {
  for (const path of paths) {
    const stat = await files.stat(path);
    if (!stat) throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: "ENOENT" });
    const header = { name: basename(path), size: stat.size, mode: stat.mode, mtime: stat.modified };
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry(header, (error) => (error ? reject(error) : resolve())) as unknown as Sink;
      // The archive's own end tells; unheard, it would end the process.
      entry.on("error", reject);
      send(read(path), entry).catch(reject);
    });
  }
  archive.finalize();
}

/** As much of an entry's stream as is needed here; the library's types say less than it does. */
interface Sink {
  write(chunk: Uint8Array): boolean;
  on(event: "drain" | "close", listener: () => void): unknown;
  on(event: "error", listener: (error: Error) => void): unknown;
  end(): void;
}

async function send(source: AsyncIterable<Uint8Array>, entry: Sink): Promise<void> {
  let closed = false;
  let wake: (() => void) | undefined;
  entry.on("drain", () => wake?.());
  entry.on("close", () => {
    closed = true;
    wake?.();
  });
  for await (const chunk of source) {
    if (!entry.write(chunk) && !closed) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    // Nobody reads the archive any more.
    if (closed) throw new Error("the archive was given up");
  }
  entry.end();
}
