import { readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What is known of a file that was fetched, or of the part of it that came. */
export interface SourceRecord {
  readonly url: string;
  readonly etag?: string;
  readonly lastModified?: string;
  /** Bytes of the whole. */
  readonly total?: number;
  readonly checksum?: string;
  readonly unpack?: string;
  /** Of the unpacked file. */
  readonly sha256?: string;
}

/** Files of ours beside the one that is fetched, under names that nobody gives to a file of their own. */
export interface OwnFiles {
  /** The part that came. */
  readonly part: string;
  readonly partRecord: string;
  readonly record: string;
}

export function ownFiles(target: string): OwnFiles {
  const own = join(dirname(target), `.${basename(target)}.kiln`);
  return { part: `${own}.part`, partRecord: `${own}.part.json`, record: `${own}.json` };
}

/** Undefined where there is none, or none that makes sense. */
export async function readRecord(path: string): Promise<SourceRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    if (typeof value !== "object" || value === null || !("url" in value) || typeof value.url !== "string")
      return undefined;
    const known = value as Readonly<Record<string, unknown>>;
    const texts = ["etag", "lastModified", "checksum", "unpack", "sha256"].filter((k) => typeof known[k] === "string");
    return {
      url: value.url,
      ...Object.fromEntries(texts.map((k) => [k, known[k] as string])),
      ...(typeof known.total === "number" && { total: known.total }),
    };
  } catch {
    return undefined;
  }
}

export async function writeRecord(path: string, record: SourceRecord): Promise<void> {
  await writeFile(path, `${JSON.stringify(record)}\n`);
}
