import type { Files } from "@kiln/sdk";
import type { Entry } from "./walk.ts";

type File = Extract<Entry, { is: "file" }>;

/** A small file, read before its turn; `chunks` throws what reading threw. */
export type SmallFile = Promise<{ chunks(): Iterable<Uint8Array> }>;

const smallest = 64 * 1024;
const ahead = 16;

export interface SmallFilesAhead {
  /** Undefined for a file that is too large to be read ahead. In the order of the entries. */
  take(entry: File): SmallFile | undefined;
  /** Waits for the reads that nobody took. */
  end(): Promise<void>;
}

/** Reads the next small files while the present one is sent: opening a file costs more than its few bytes. */
export function smallFilesAhead(files: Files, entries: readonly Entry[]): SmallFilesAhead {
  const wanted = entries.filter((entry): entry is File => entry.is === "file" && entry.size <= smallest);
  const started = new Map<File, SmallFile>();
  let next = 0;
  const start = (): void => {
    for (; started.size < ahead && next < wanted.length; next++) {
      const entry = wanted[next];
      if (entry) started.set(entry, read(files, entry));
    }
  };
  start();
  return {
    take: (entry) => {
      const found = started.get(entry);
      started.delete(entry);
      start();
      return found;
    },
    end: async () => {
      next = wanted.length;
      await Promise.all(started.values());
    },
  };
}

async function read(files: Files, { path, size }: File): SmallFile {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of readKnown(files, path, size)) chunks.push(chunk);
  } catch (error) {
    return {
      chunks: () => {
        throw error;
      },
    };
  }
  return { chunks: () => chunks };
}

/** Up to `size` bytes of a file: told where it ends, a reader takes no more memory than that, and no second look for the end. */
export async function* readKnown(files: Files, path: string, size: number): AsyncGenerator<Uint8Array> {
  if (size > 0) yield* files.read(path, { start: 0, end: size });
}
