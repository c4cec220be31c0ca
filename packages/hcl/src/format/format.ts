import type { Diagnostic } from "@kiln/sdk";
import { parseNativeTokens } from "../syntax/parse.ts";
import { scan } from "../syntax/scanner.ts";
import { graphemeCount, isAscii, SourceText } from "../syntax/source-text.ts";
import { T, type TokenList } from "../syntax/token.ts";
import { bracketChange, spaceBetween } from "./spacing.ts";

/**
 * A file in the layout of `packer fmt`: two blanks of indentation a level, aligned equals signs and trailing comments, even
 * spacing. Only blanks change; comments and line breaks stay. Meant for text without syntax errors, but gives something
 * sensible for any.
 */
export function formatHcl(text: string): string {
  const source = text.startsWith("\ufeff") ? text.slice(1) : text;
  return new Formatter(scan(new SourceText("", source), "normal")).run();
}

/** Checks a file's syntax and lays it out, scanning it once. With errors among the diagnostics the text is of no use. */
export function formatNativeFile(
  bytes: Uint8Array,
  file: string,
): { readonly diagnostics: readonly Diagnostic[]; readonly text: () => string } {
  const { diagnostics, tokens } = parseNativeTokens(bytes, file);
  return { diagnostics, text: () => new Formatter(tokens).run() };
}

/** Indentation goes no further: the parser refuses what is nested deeper. */
const DEEPEST = 500;

/** Tokens of a line by index, half-open: what leads, an assignment from its equals sign on, a comment at the end. */
interface Line {
  readonly lead: readonly [number, number];
  readonly assign: readonly [number, number];
  readonly comment: readonly [number, number];
}

class Formatter {
  private readonly tokens: TokenList;
  private readonly text: string;
  /** A character is a column then. */
  private readonly ascii: boolean;
  private readonly spaces: Int32Array;
  private readonly lines: readonly Line[];

  constructor(tokens: TokenList) {
    this.tokens = tokens;
    this.text = tokens.source.text;
    this.ascii = isAscii(this.text) && !this.text.includes("\r");
    this.spaces = new Int32Array(tokens.length);
    for (let i = 0, end = 0; i < tokens.length; i++) {
      this.spaces[i] = tokens.start(i) - end;
      end = tokens.end(i);
    }
    this.lines = this.splitLines();
  }

  run(): string {
    this.indent();
    for (const { lead, assign } of this.lines) {
      this.spaceOut(lead);
      if (assign[0] < assign[1]) this.spaces[assign[0]] = 1;
      this.spaceOut(assign);
    }
    this.align(
      (line) => line.assign,
      (line) => this.columns(line.lead),
    );
    this.align(
      (line) => line.comment,
      (line) => this.columns(line.lead) + this.columns(line.assign),
    );
    let out = "";
    // What keeps its blanks is copied in one piece with what is before it.
    let from = 0;
    for (let i = 0, end = 0; i < this.tokens.length; i++) {
      const start = this.tokens.start(i);
      const blanks = this.spaces[i] ?? 0;
      if (blanks !== start - end || (blanks > 0 && !this.isBlank(end, start))) {
        out += this.text.slice(from, end) + " ".repeat(blanks);
        from = start;
      }
      end = this.tokens.end(i);
    }
    return out + this.text.slice(from);
  }

  private isBlank(from: number, to: number): boolean {
    for (let i = from; i < to; i++) if (this.text.charCodeAt(i) !== 0x20) return false;
    return true;
  }

  /** Line comments hold the newline that ends them. */
  private endsLine(i: number): boolean {
    const type = this.tokens.type(i);
    return type === T.newline || (type === T.comment && this.text[this.tokens.end(i) - 1] === "\n");
  }

  private splitLines(): Line[] {
    const lines: Line[] = [];
    const last = this.tokens.length - 1;
    let start = 0;
    for (let i = 0; i < last; i++) {
      if (!this.endsLine(i)) continue;
      lines.push(this.cells(start, i + 1));
      start = i + 1;
    }
    lines.push(this.cells(start, last));
    return lines;
  }

  private cells(start: number, end: number): Line {
    const hasComment = end - start > 1 && this.tokens.type(end - 1) === T.comment;
    const stop = hasComment ? end - 1 : end;
    let equal = stop;
    for (let i = start + 1; i < stop; i++) {
      if (this.tokens.type(i) !== T.equal) continue;
      // A value that goes on over more lines is not aligned.
      let net = 0;
      for (let k = i; k < stop; k++) net += bracketChange(this.tokens.type(k));
      if (net === 0) equal = i;
      break;
    }
    return { lead: [start, equal], assign: [equal, stop], comment: [stop, end] };
  }

  /** Indents each line by the brackets that lines before it have left open; those opened on one line count once. */
  private indent(): void {
    const open: number[] = [];
    for (const { lead, assign } of this.lines) {
      const [first, end] = lead;
      if (first >= end) continue;
      if (this.tokens.type(first) === T.newline) {
        this.spaces[first] = 0;
        continue;
      }
      const net = this.netBrackets(lead) + this.netBrackets(assign);
      let closed = -net;
      while (closed > 0 && open.length > 0) {
        const top = open.pop() ?? 0;
        if (closed < top) open.push(top - closed);
        closed -= Math.min(closed, top);
      }
      this.spaces[first] = 2 * Math.min(open.length, DEEPEST);
      if (net > 0) open.push(net);
    }
  }

  private netBrackets([start, end]: readonly [number, number]): number {
    let net = 0;
    for (let i = start; i < end && this.tokens.type(i) !== T.oHeredoc; i++) net += bracketChange(this.tokens.type(i));
    return net;
  }

  private spaceOut([start, end]: readonly [number, number]): void {
    for (let i = start; i + 1 < end; i++) {
      this.spaces[i + 1] = spaceBetween(this.tokens, i, i > start ? this.tokens.type(i - 1) : undefined) ? 1 : 0;
    }
  }

  private columns([start, end]: readonly [number, number]): number {
    let n = 0;
    for (let i = start; i < end; i++) {
      const from = this.tokens.start(i);
      const to = this.tokens.end(i);
      n += (this.spaces[i] ?? 0) + (this.ascii ? to - from : graphemeCount(this.text.slice(from, to)));
    }
    return n;
  }

  /** Puts the cells of neighbouring lines under each other, behind the widest of what stands before them. */
  private align(cell: (line: Line) => readonly [number, number], before: (line: Line) => number): void {
    let chain: { readonly first: number; readonly width: number }[] = [];
    const close = (): void => {
      const widest = chain.reduce((most, { width }) => Math.max(most, width), 0);
      for (const { first, width } of chain) this.spaces[first] = widest - width + 1;
      chain = [];
    };
    for (const line of this.lines) {
      const [first, end] = cell(line);
      if (first < end) chain.push({ first, width: before(line) });
      else close();
    }
    close();
  }
}
