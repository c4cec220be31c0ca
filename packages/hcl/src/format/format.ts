import type { Diagnostic } from "@kiln/sdk";
import { checkNative } from "../syntax/parse.ts";
import { scan } from "../syntax/scanner.ts";
import { graphemeCount, isAscii, SourceText } from "../syntax/source-text.ts";
import { T, type TokenList } from "../syntax/token.ts";
import { BRACKET_CHANGE, spaceBetween } from "./spacing.ts";

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
  const { result: tokens, diagnostics } = checkNative(bytes, file);
  return { diagnostics, text: () => new Formatter(tokens).run() };
}

/** Indentation goes no further: the parser refuses what is nested deeper. */
const DEEPEST = 500;

/** Numbers kept of a line: the first three are indices of tokens where what leads, an assignment and a comment begin. */
const LINE = 6;
const [LEAD, ASSIGN, COMMENT, NET, LEAD_WIDTH, ASSIGN_WIDTH] = [0, 1, 2, 3, 4, 5] as const;
/** Those whose tokens are spaced out. */
const CELLS = [LEAD, ASSIGN] as const;

/** Flat arrays and long loops: most runs are over before anything here was compiled. */
class Formatter {
  private readonly tokens: TokenList;
  private readonly text: string;
  /** A character is a column then. */
  private readonly ascii: boolean;
  /** Blanks before each token. */
  private readonly spaces: Int32Array;
  /**
   * `LINE` numbers a line, then one more start: where its tokens begin, where its assignment begins with the equals sign, where its comment
   * begins (both the next line's start if there is none), how many more brackets it opens than it closes, and the columns of what leads and of the assignment.
   */
  private readonly lines: Int32Array;
  private readonly lineCount: number;

  constructor(tokens: TokenList) {
    this.tokens = tokens;
    this.text = tokens.source.text;
    this.ascii = isAscii(this.text) && !this.text.includes("\r");
    const count = tokens.length;
    const { starts, ends } = tokens;
    const spaces = new Int32Array(count);
    for (let i = 0, end = 0; i < count; i++) {
      spaces[i] = (starts[i] as number) - end;
      end = ends[i] as number;
    }
    this.spaces = spaces;
    [this.lines, this.lineCount] = splitLines(tokens);
  }

  run(): string {
    this.indent();
    this.spaceOut();
    this.align(ASSIGN);
    this.align(COMMENT);
    let out = "";
    // What keeps its blanks is copied in one piece with what is before it.
    let from = 0;
    const { text, spaces } = this;
    const { starts, ends, length } = this.tokens;
    for (let i = 0, end = 0; i < length; i++) {
      const start = starts[i] as number;
      const blanks = spaces[i] as number;
      if (blanks !== start - end || (blanks > 0 && !isBlank(text, end, start))) {
        out += text.slice(from, end) + " ".repeat(blanks);
        from = start;
      }
      end = ends[i] as number;
    }
    return out + text.slice(from);
  }

  /** Indents each line by the brackets that lines before it have left open; those opened on one line count once. */
  private indent(): void {
    const { lines, spaces } = this;
    const { types } = this.tokens;
    const open: number[] = [];
    for (let at = 0; at < this.lineCount * LINE; at += LINE) {
      const first = lines[at + LEAD] as number;
      if (first >= (lines[at + ASSIGN] as number)) continue;
      if (types[first] === T.newline) {
        spaces[first] = 0;
        continue;
      }
      const net = lines[at + NET] as number;
      let closed = -net;
      while (closed > 0 && open.length > 0) {
        const top = open.pop() ?? 0;
        if (closed < top) open.push(top - closed);
        closed -= Math.min(closed, top);
      }
      spaces[first] = 2 * Math.min(open.length, DEEPEST);
      if (net > 0) open.push(net);
    }
  }

  /** Puts the blanks between the tokens of each cell, and counts the cells' columns. */
  private spaceOut(): void {
    const { tokens, lines, spaces, ascii } = this;
    const { types, starts, ends } = tokens;
    for (let at = 0; at < this.lineCount * LINE; at += LINE) {
      for (const cell of CELLS) {
        const start = lines[at + cell] as number;
        const end = lines[at + cell + 1] as number;
        if (cell === ASSIGN && start < end) spaces[start] = 1;
        let width = 0;
        for (let i = start, before = 0, subject = 0; i < end; i++) {
          const type = types[i] as number;
          if (i > start) spaces[i] = spaceBetween(tokens, i - 1, subject, type, before) ? 1 : 0;
          const length = (ends[i] as number) - (starts[i] as number);
          width += (spaces[i] as number) + (ascii ? length : graphemeCount(tokens.text(i)));
          before = subject;
          subject = type;
        }
        lines[at + LEAD_WIDTH + cell] = width;
      }
    }
  }

  /** Puts the cells of neighbouring lines under each other, behind the widest of what stands before them. */
  private align(cell: typeof ASSIGN | typeof COMMENT): void {
    const { lines, spaces } = this;
    /** Where the lines of the chain begin, and the widest beginning among them. */
    let chain = 0;
    let widest = 0;
    const last = this.lineCount * LINE;
    // A comment ends where the next line begins.
    const next = cell === ASSIGN ? COMMENT : LINE;
    for (let at = 0; at <= last; at += LINE) {
      if (at < last && (lines[at + cell] as number) < (lines[at + next] as number)) {
        widest = Math.max(widest, this.before(at, cell));
        continue;
      }
      for (let line = chain; line < at; line += LINE) {
        const first = lines[line + cell] as number;
        const blanks = widest - this.before(line, cell) + 1;
        if (cell === ASSIGN)
          lines[line + ASSIGN_WIDTH] = (lines[line + ASSIGN_WIDTH] as number) + blanks - (spaces[first] as number);
        spaces[first] = blanks;
      }
      chain = at + LINE;
      widest = 0;
    }
  }

  /** Columns of a line before a cell. */
  private before(at: number, cell: typeof ASSIGN | typeof COMMENT): number {
    const lead = this.lines[at + LEAD_WIDTH] as number;
    return cell === ASSIGN ? lead : lead + (this.lines[at + ASSIGN_WIDTH] as number);
  }
}

function isBlank(text: string, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (text.charCodeAt(i) !== 0x20) return false;
  return true;
}

/** The numbers of each line but its widths. */
function splitLines({ types, ends, length, source: { text } }: TokenList): [lines: Int32Array, count: number] {
  let lines = new Int32Array(LINE * (16 + (length >> 2)));
  let count = 0;
  /** Of the line so far; its brackets count up to a heredoc. */
  let [start, equal, net, netBefore, netAssign] = [0, -1, 0, 0, 0];
  let [heredoc, heredocInAssign] = [false, false];
  /** Of all brackets behind the equals sign: a value that goes on over more lines is not aligned. */
  let unclosed = 0;
  const last = length - 1;
  for (let i = 0; i <= last; i++) {
    const type = types[i] as number;
    // Line comments hold the newline that ends them.
    const isEnd =
      i === last || type === T.newline || (type === T.comment && text.charCodeAt((ends[i] as number) - 1) === 10);
    if (i < last) {
      if (type === T.equal && equal < 0 && i > start) {
        equal = i;
        netBefore = net;
      }
      if (type === T.oHeredoc) {
        heredoc = true;
        heredocInAssign = equal >= 0;
      }
      const change = BRACKET_CHANGE[type] as number;
      if (change !== 0) {
        if (!heredoc) net += change;
        if (equal >= 0) {
          unclosed += change;
          if (!heredocInAssign) netAssign += change;
        }
      }
    }
    if (!isEnd) continue;
    const end = i === last ? i : i + 1;
    const stop = end - start > 1 && types[end - 1] === T.comment ? end - 1 : end;
    const isAligned = equal >= 0 && equal < stop && unclosed === 0;
    if ((count + 2) * LINE > lines.length) {
      const larger = new Int32Array(lines.length * 2);
      larger.set(lines);
      lines = larger;
    }
    const at = count++ * LINE;
    lines[at + LEAD] = start;
    lines[at + ASSIGN] = isAligned ? equal : stop;
    lines[at + COMMENT] = stop;
    lines[at + NET] = isAligned ? netBefore + netAssign : net;
    start = end;
    lines[at + LINE] = start;
    [equal, net, netBefore, netAssign, unclosed] = [-1, 0, 0, 0, 0];
    [heredoc, heredocInAssign] = [false, false];
  }
  return [lines, count];
}
