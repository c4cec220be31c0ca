import { randomBytes } from "node:crypto";

/** A part of a file: `end` is the first byte after it. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a Range header asks for, as Go's file server reads it: none where the whole is to be sent (there is no header, or the parts are
 * more than the whole); `impossible` for what is no range, and for ranges beyond the end alone.
 */
export function byteRanges(header: string | undefined, size: number): readonly ByteRange[] | "impossible" {
  if (header === undefined || header === "" || size === 0) return [];
  const list = /^bytes=(.*)$/.exec(header)?.[1];
  if (list === undefined) return "impossible";
  const ranges: ByteRange[] = [];
  for (const part of list.split(",")) {
    const range = part.trim() === "" ? undefined : oneRange(part.trim(), size);
    if (range === "impossible") return range;
    if (range) ranges.push(range);
  }
  if (ranges.length === 0) return "impossible";
  return ranges.reduce((sum, { start, end }) => sum + end - start, 0) > size ? [] : ranges;
}

/** Undefined where it lies beyond the end. */
function oneRange(text: string, size: number): ByteRange | "impossible" | undefined {
  const [, first, last = ""] = /^(\d*)\s*-\s*(\d*)$/.exec(text) ?? [];
  if (first === undefined || (first === "" && last === "")) return "impossible";
  if (first === "") return Number(last) === 0 ? undefined : { start: Math.max(0, size - Number(last)), end: size };
  if (last !== "" && Number(last) < Number(first)) return "impossible";
  if (Number(first) >= size) return undefined;
  return { start: Number(first), end: last === "" ? size : Math.min(size, Number(last) + 1) };
}

export function contentRange({ start, end }: ByteRange, size: number): string {
  return `bytes ${start}-${end - 1}/${size}`;
}

/** Several ranges in one answer. */
export interface Multipart {
  readonly type: string;
  readonly length: number;
  /** What goes before each of the ranges. */
  readonly heads: readonly string[];
  /** What goes after the last. */
  readonly end: string;
}
export function multipart(ranges: readonly ByteRange[], size: number, type: string): Multipart {
  const boundary = randomBytes(30).toString("hex");
  const heads = ranges.map(
    (range, i) =>
      `${i > 0 ? "\r\n" : ""}--${boundary}\r\nContent-Range: ${contentRange(range, size)}\r\nContent-Type: ${type}\r\n\r\n`,
  );
  const end = `\r\n--${boundary}--\r\n`;
  const length = ranges.reduce((sum, range) => sum + range.end - range.start, heads.join("").length + end.length);
  return { type: `multipart/byteranges; boundary=${boundary}`, length, heads, end };
}
