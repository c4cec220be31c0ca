import type { SourcePos, SourceRange } from "@kiln/sdk";

const nonAscii = /[^\0-\x7f]/;
const encoder = new TextEncoder();

/**
 * A text with its file name, which turns offsets (UTF-16 units) into lines, columns and bytes when somebody asks. Nodes carry offsets
 * only, so that a template of 50 MB costs nothing for positions that nobody prints.
 */
export class SourceText {
  readonly file: string;
  readonly text: string;
  private readonly ascii: boolean;
  /** Offset of each line's first character, and of that character in bytes. Made on first use. */
  private lines: { readonly starts: number[]; readonly bytes: number[] } | undefined;

  private last = { line: 0, offset: 0, column: 0, byte: 0 };

  constructor(text: string, file: string) {
    this.text = text;
    this.file = file;
    this.ascii = !nonAscii.test(text);
  }

  /** Half-open range between two offsets. */
  range(start: number, end: number): SourceRange {
    return { file: this.file, start: this.position(start), end: this.position(end) };
  }

  position(offset: number): SourcePos {
    const { starts, bytes } = this.lineTable();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    const lineStart = starts[low] ?? 0;
    const lineByte = bytes[low] ?? 0;
    if (this.ascii) return { line: low + 1, column: offset - lineStart + 1, byte: lineByte + offset - lineStart };
    return this.measured(low + 1, offset, lineStart, lineByte);
  }

  /** Goes on from the place measured last where that is on the same line before: a long line is not walked again and again. */
  private measured(line: number, offset: number, lineStart: number, lineByte: number): SourcePos {
    const { last } = this;
    const from =
      last.line === line && last.offset <= offset ? last : { line, offset: lineStart, column: 1, byte: lineByte };
    const between = this.text.slice(from.offset, offset);
    const column = from.column + graphemes(between);
    const byte = from.byte + utf8Length(between);
    this.last = { line, offset, column, byte };
    return { line, column, byte };
  }

  private lineTable(): { readonly starts: number[]; readonly bytes: number[] } {
    if (this.lines) return this.lines;
    const starts = [0];
    const bytes = [0];
    let byte = 0;
    for (let from = 0, at = this.text.indexOf("\n"); at >= 0; at = this.text.indexOf("\n", from)) {
      byte += this.ascii ? at + 1 - from : utf8Length(this.text.slice(from, at + 1));
      from = at + 1;
      starts.push(from);
      bytes.push(byte);
    }
    this.lines = { starts, bytes };
    return this.lines;
  }
}

/** Length in bytes once encoded. */
export function utf8Length(text: string): number {
  return nonAscii.test(text) ? encoder.encode(text).length : text.length;
}

let segmenter: Intl.Segmenter | undefined;
function graphemes(text: string): number {
  if (!nonAscii.test(text)) return text.length;
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  let count = 0;
  for (const _ of segmenter.segment(text)) count++;
  return count;
}
