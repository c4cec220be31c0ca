import { extract, type Header } from "tar-stream";

/** One member of an archive that is read. Its bytes must be read, or are passed over, before the next. */
export interface ReadEntry {
  readonly head: Header;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** The package's own types demand arguments that may be left out. */
type Reader = Omit<ReturnType<typeof extract>, "destroy" | "end"> & {
  destroy(error?: Error): void;
  end(last?: Uint8Array): void;
};

/** The members of an archive in their order. Ending early ends the source too. */
export async function* readTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<ReadEntry> {
  const reader: Reader = extract();
  const source = archive[Symbol.asyncIterator]();
  const fed = (async () => {
    try {
      for (;;) {
        const { value, done } = await source.next();
        if (done) break;
        if (!reader.write(value)) await new Promise<void>((resolve) => void reader.once("drain", () => resolve()));
        if (reader.destroyed) return;
      }
      reader.end();
    } catch (error) {
      reader.destroy(error instanceof Error ? error : new Error(String(error)));
    }
  })();
  fed.catch(() => {});
  try {
    for await (const entry of reader) {
      yield { head: entry.header, bytes: entry as AsyncIterable<Uint8Array> };
      entry.resume();
    }
  } finally {
    reader.destroy();
    await source.return?.();
  }
}
