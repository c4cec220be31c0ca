import type { SourcePos, SourceRange } from "@kiln/sdk";

/** Where the text of a source begins; not 1:1 for an expression inside a JSON string. */
export const FILE_START: SourcePos = { line: 1, column: 1, byte: 0 };

let segmenter: Intl.Segmenter | undefined;
/** Made when text beyond ASCII is first met: it takes longer to make than most templates to read. */
function graphemeSegmenter(): Intl.Segmenter {
  segmenter ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  return segmenter;
}
const NOT_ASCII = /[^\0-\x7f]/;

/** Whether each character is one byte and, but for CRLF, one column. */
export function isAscii(text: string): boolean {
  return !NOT_ASCII.test(text);
}

/** Number of grapheme clusters, which is how HCL counts columns. */
export function graphemeCount(text: string): number {
  if (!NOT_ASCII.test(text)) {
    let n = text.length;
    for (let i = text.indexOf("\r\n"); i >= 0; i = text.indexOf("\r\n", i + 2)) n--;
    return n;
  }
  let n = 0;
  for (const _ of graphemeSegmenter().segment(text)) n++;
  return n;
}

/** The grapheme clusters of a text. */
export function graphemes(text: string): string[] {
  if (!NOT_ASCII.test(text) && !text.includes("\r")) return text.split("");
  return Array.from(graphemeSegmenter().segment(text), (s) => s.segment);
}

/** Length in UTF-8. A byte that was not UTF-8 is held as U+DC80…U+DCFF and counts one. */
export function utf8Length(text: string, from = 0, to = text.length): number {
  let n = 0;
  for (let i = from; i < to; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x80) n += 1;
    else if (c < 0x800) n += 2;
    else if (c >= 0xd800 && c < 0xdc00 && i + 1 < to && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      n += 4;
      i++;
    } else n += c >= 0xdc80 && c <= 0xdcff ? 1 : 3;
  }
  return n;
}

/**
 * A source text that turns offsets (in UTF-16 units, as strings count) into lines, grapheme columns and UTF-8 bytes, when
 * somebody asks: a template without mistakes never does.
 */
export class SourceText {
  readonly file: string;
  readonly text: string;
  readonly base: SourcePos;
  private lines: Int32Array | undefined;
  private lineBytes: Float64Array | undefined;
  private ascii: boolean | undefined;
  /** Token starts, ascending: HCL counts the columns of each token on its own. */
  boundaries: Int32Array | undefined;
  private lastLine = -1;
  private lastOffset = 0;
  private lastColumn = 0;

  constructor(file: string, text: string, base: SourcePos = FILE_START) {
    this.file = file;
    this.text = text;
    this.base = base;
  }

  range(start: number, end: number): SourceRange {
    return { file: this.file, start: this.position(start), end: this.position(end) };
  }

  position(offset: number): SourcePos {
    this.ascii ??= isAscii(this.text);
    const index = this.lineIndex(offset);
    const lineStart = (this.lines ?? this.findLines())[index] ?? 0;
    const column = this.columnsBefore(index, lineStart, offset);
    const byte = this.ascii ? offset : this.byteOf(index, lineStart, offset);
    return {
      line: this.base.line + index,
      column: index === 0 ? this.base.column + column : 1 + column,
      byte: this.base.byte + byte,
    };
  }

  /** Number of columns between the start of a line and an offset in it. */
  protected columnsBefore(line: number, lineStart: number, offset: number): number {
    return this.ascii ? this.asciiColumn(lineStart, offset) : this.graphemeColumn(line, lineStart, offset);
  }

  private findLines(): Int32Array {
    const starts = [0];
    for (let i = this.text.indexOf("\n"); i >= 0; i = this.text.indexOf("\n", i + 1)) starts.push(i + 1);
    this.lines = Int32Array.from(starts);
    return this.lines;
  }

  private lineIndex(offset: number): number {
    return lastAtMost(this.lines ?? this.findLines(), offset);
  }

  private asciiColumn(lineStart: number, offset: number): number {
    // Between the two characters of a CRLF there is no column.
    const split = offset > lineStart && this.text[offset - 1] === "\r" && this.text[offset] === "\n";
    return offset - lineStart - (split ? 1 : 0);
  }

  private graphemeColumn(line: number, lineStart: number, offset: number): number {
    // Offsets are mostly asked for in ascending order: go on from the last one.
    const resume = this.lastLine === line && this.lastOffset <= offset;
    let at = resume ? this.lastOffset : lineStart;
    let column = resume ? this.lastColumn : 0;
    const bounds = this.boundaries;
    let next = bounds ? lastAtMost(bounds, at) + 1 : 0;
    while (at < offset) {
      const boundary = bounds?.[next] ?? offset;
      const to = boundary > at && boundary < offset ? boundary : offset;
      column += graphemeCount(this.text.slice(at, to));
      at = to;
      next++;
    }
    if (bounds === undefined || bounds[lastAtMost(bounds, offset)] === offset) {
      this.lastLine = line;
      this.lastOffset = offset;
      this.lastColumn = column;
    }
    return column;
  }

  private byteOf(line: number, lineStart: number, offset: number): number {
    if (!this.lineBytes) {
      const lines = this.lines ?? this.findLines();
      this.lineBytes = new Float64Array(lines.length);
      for (let i = 1; i < lines.length; i++) {
        this.lineBytes[i] = (this.lineBytes[i - 1] ?? 0) + utf8Length(this.text, lines[i - 1], lines[i]);
      }
    }
    return (this.lineBytes[line] ?? 0) + utf8Length(this.text, lineStart, offset);
  }
}

/** Index of the last element that is not above `value`; 0 when all are. */
function lastAtMost(sorted: Int32Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes as text; what is not UTF-8 is kept, one U+DC80…U+DCFF per byte, so that it can be pointed at. */
export function decodeSource(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return decodeDamaged(bytes);
  }
}

function decodeDamaged(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; ) {
    const length = sequenceLength(bytes, i);
    if (length === 0) {
      parts.push(String.fromCharCode(0xdc00 + (bytes[i] ?? 0)));
      i += 1;
      continue;
    }
    let end = i + length;
    for (let more = sequenceLength(bytes, end); more > 0; more = sequenceLength(bytes, end)) end += more;
    parts.push(strict.decode(bytes.subarray(i, end)));
    i = end;
  }
  return parts.join("");
}

/** Length of the well-formed UTF-8 sequence at `i`; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i];
  if (first === undefined) return 0;
  if (first < 0x80) return 1;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || i + length > bytes.length) return 0;
  for (let k = 1; k < length; k++) if (((bytes[i + k] ?? 0) & 0xc0) !== 0x80) return 0;
  const second = bytes[i + 1] ?? 0;
  const overlong = (first === 0xe0 && second < 0xa0) || (first === 0xf0 && second < 0x90);
  const beyond = (first === 0xed && second > 0x9f) || (first === 0xf4 && second > 0x8f);
  return overlong || beyond ? 0 : length;
}

/** Whether a UTF-16 unit stands for something that is not valid Unicode text. */
export function isDamage(code: number): boolean {
  return code >= 0xd800 && code < 0xe000;
}
