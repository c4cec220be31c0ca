import { readFile, writeFile } from "node:fs/promises";

/** What is known of a file that was fetched, or of the part of it that came: kept beside it as `FILE.json`. */
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

export function recordPath(file: string): string {
  return `${file}.json`;
}

/** Undefined where there is none, or none that makes sense. */
export async function readRecord(file: string): Promise<SourceRecord | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(recordPath(file), "utf8"));
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

export async function writeRecord(file: string, record: SourceRecord): Promise<void> {
  await writeFile(recordPath(file), `${JSON.stringify(record)}\n`);
}
