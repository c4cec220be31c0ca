import { graphemeCount, SourceText } from "../syntax/source-text.ts";

/**
 * A JSON text, whose columns HCL counts in a way of their own: outside strings a tab is two wide and a carriage return has no
 * width; inside them quotes and backslashes stand alone and everything else counts by grapheme clusters.
 */
export class JsonSourceText extends SourceText {
  private uneven: boolean | undefined;
  private line = -1;
  private at = 0;
  private column = 0;
  /** Whether `at` is inside a string. */
  private inString = false;

  protected override columnsBefore(line: number, lineStart: number, offset: number): number {
    this.uneven ??= /[^\0-\x7f]|[\t\r]/.test(this.text);
    if (!this.uneven) return offset - lineStart;
    // Offsets are mostly asked for in ascending order: go on from the last one.
    if (this.line !== line || this.at > offset) {
      this.line = line;
      this.at = lineStart;
      this.column = 0;
      this.inString = false;
    }
    while (this.at < offset) this.advance(offset);
    return this.column;
  }

  private advance(limit: number): void {
    const { text, at } = this;
    const c = text[at];
    if (!this.inString) {
      this.inString = c === '"';
      this.column += c === "\t" ? 2 : c === "\r" ? 0 : 1;
      this.at++;
    } else if (c === '"') {
      this.inString = false;
      this.column++;
      this.at++;
    } else if (c === "\\") {
      // What is escaped may be a quote, which ends nothing.
      const escaped = text[at + 1] === '"' || text[at + 1] === "\\" ? 2 : 1;
      this.column += escaped;
      this.at += escaped;
    } else this.plain(limit);
  }

  /** A stretch of a string up to the next quote, backslash or control character, the last of which cuts the string short. */
  private plain(limit: number): void {
    const { text, at } = this;
    let end = at;
    while (end < limit && text.charCodeAt(end) >= 0x20 && text[end] !== '"' && text[end] !== "\\") end++;
    if (end === at) this.inString = false;
    this.column += graphemeCount(text.slice(at, end));
    this.at = end;
  }
}
