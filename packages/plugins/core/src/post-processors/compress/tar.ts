import { basename } from "node:path";
import type { Files } from "@kiln/sdk";
import { pack } from "tar-stream";

/** The files as a tar stream, under their base names. */
export async function* tarred(paths: readonly string[], files: Files): AsyncGenerator<Uint8Array> {
  const archive = pack();
  const filling = fill(archive, paths, files).catch((error: unknown) => {
    archive.destroy(error instanceof Error ? error : new Error(String(error)));
  });
  try {
    for await (const chunk of archive) yield chunk as Uint8Array;
  } finally {
    archive.destroy();
    await filling;
  }
}

async function fill(archive: ReturnType<typeof pack>, paths: readonly string[], files: Files): Promise<void> {
  for (const path of paths) {
    const stat = await files.stat(path);
    const header = {
      name: basename(path),
      size: stat?.size ?? 0,
      mode: stat?.mode ?? 0o644,
      mtime: stat?.modified ?? new Date(0),
    };
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
      send(files.read(path), entry as unknown as Sink).catch((error: Error) => {
        entry.destroy(error);
        reject(error);
      });
    });
  }
  archive.finalize();
}

/** As much of an entry's stream as is needed here; the library's types say less than it does. */
interface Sink {
  write(chunk: Uint8Array): boolean;
  on(event: "drain" | "close", listener: () => void): unknown;
  end(): void;
}

async function send(source: AsyncIterable<Uint8Array>, entry: Sink): Promise<void> {
  let wake: (() => void) | undefined;
  entry.on("drain", () => wake?.());
  entry.on("close", () => wake?.());
  for await (const chunk of source) {
    if (entry.write(chunk)) continue;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
  entry.end();
}
