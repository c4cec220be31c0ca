export type Algorithm = "pgzip" | "lz4" | "bgzf" | "xz" | "bzip2";

/** How an archive is made: packed into one (or not), then compressed (or not). Zip does both at once. */
export interface Format {
  readonly archive: "tar" | "zip" | "none";
  readonly algorithm: Algorithm | "none";
}

const algorithms: ReadonlyMap<string, Algorithm> = new Map([
  ["gz", "pgzip"],
  ["lz4", "lz4"],
  ["bgzf", "bgzf"],
  ["xz", "xz"],
  ["bzip2", "bzip2"],
]);

/**
 * Reads the last two suffixes. Anything unknown becomes a tar compressed with gzip. `format` only serves to recognise, it is not added
 * to the name. Source: Packer's compress post-processor.
 */
export function formatOf(output: string, format?: string): Format {
  const name = format ? `${output}.${format}` : output;
  const [, before, last = ""] = /^.+?(?:\.([a-z0-9]+))?\.([a-z0-9]+)$/.exec(name) ?? [];
  if (last === "tar" || last === "zip") return { archive: last, algorithm: "none" };
  const algorithm = algorithms.get(last);
  if (!algorithm) return { archive: "tar", algorithm: "pgzip" };
  return { archive: before === "tar" ? "tar" : "none", algorithm };
}

/** 1 to 9, or undefined for the default, which 0 and -1 also mean. */
export function levelOf(given: number | undefined): number | undefined {
  return given === undefined || given < 1 ? undefined : Math.min(9, Math.trunc(given));
}

/** Zlib's level where the template gives none: as small as Packer's default makes files and system images, in the same time. */
export const defaultDeflateLevel = 4;
