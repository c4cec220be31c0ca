import { Fault } from "../values/arithmetic.ts";
import { classOf, escapeClass } from "./re2-class.ts";

/** A compiled pattern: a JavaScript expression that matches what Go's would, and the names of its groups ("" for none). */
export interface Pattern {
  readonly expression: RegExp;
  readonly groups: readonly string[];
}

/** What is wrong with a pattern, in Go's words: a reason and the piece of the pattern. */
export class PatternFault extends Fault {
  readonly reason: string;
  readonly piece: string;
  constructor(reason: string, piece: string) {
    super(`error parsing regexp: ${reason}: \`${piece}\``);
    this.reason = reason;
    this.piece = piece;
  }
}

const compiled = new Map<string, Pattern | PatternFault>();
const CACHE_LIMIT = 200;

/** Compiles RE2 syntax as Go's regexp package reads it: no look-around, no backreferences. */
export function compilePattern(source: string): Pattern | PatternFault {
  const cached = compiled.get(source);
  if (cached) return cached;
  if (compiled.size >= CACHE_LIMIT) compiled.clear();
  const made = compileNew(source);
  compiled.set(source, made);
  return made;
}

function compileNew(source: string): Pattern | PatternFault {
  const parser = new Re2Parser(source);
  try {
    const text = parser.run();
    return { expression: new RegExp(text, "gu"), groups: parser.groups };
  } catch (error) {
    if (error instanceof Refusal) return new PatternFault(error.reason, error.piece);
    if (error instanceof SyntaxError || error instanceof RangeError) {
      return new PatternFault("expression too large or not supported", source);
    }
    throw error;
  }
}

/** Leaves the recursive parser; never escapes from this file. */
class Refusal extends Error {
  readonly reason: string;
  readonly piece: string;
  constructor(reason: string, piece: string) {
    super(reason);
    this.reason = reason;
    this.piece = piece;
  }
}

interface Flags {
  readonly i: boolean;
  readonly m: boolean;
  readonly s: boolean;
  readonly U: boolean;
}

const MOST_REPEATS = 1000;
const MOST_NESTED = 1000;

class Re2Parser {
  readonly groups: string[] = [];
  private readonly source: string;
  private at = 0;
  private flags: Flags = { i: false, m: false, s: false, U: false };
  private depth = 0;
  /** Where the text between `\\Q` and `\\E` ends that we are in; -1 outside. */
  private quoteEnd = -1;

  constructor(source: string) {
    this.source = source;
  }

  run(): string {
    const out = this.alternatives();
    if (this.at < this.source.length) this.refuse("unexpected )", this.source);
    return out;
  }

  private refuse(reason: string, piece: string): never {
    throw new Refusal(reason, piece);
  }

  private alternatives(): string {
    let out = "";
    let last: string | undefined;
    let lastIsRepeat = false;
    let lastStart = 0;
    const flush = (): void => {
      out += last ?? "";
      last = undefined;
    };
    while (this.at < this.source.length) {
      if (this.at === this.quoteEnd) {
        this.quoteEnd = -1;
        this.at += 2;
        continue;
      }
      const start = this.at;
      const c = this.at < this.quoteEnd ? "" : (this.source[this.at] as string);
      if (c === ")") break;
      if (c === "|") {
        flush();
        out += "|";
        lastIsRepeat = false;
        this.at++;
        continue;
      }
      const repeat = this.repetition();
      if (repeat !== undefined) {
        if (last === undefined)
          this.refuse("missing argument to repetition operator", this.source.slice(start, this.at));
        if (lastIsRepeat) this.refuse("invalid nested repetition operator", this.source.slice(lastStart, this.at));
        last = repeated(last as string, repeat);
        lastIsRepeat = true;
        lastStart = start;
        continue;
      }
      flush();
      last = this.atom();
      lastIsRepeat = false;
      if (last === "") last = undefined;
    }
    flush();
    return out;
  }

  /** The JavaScript form of a repetition operator here, if there is one. */
  private repetition(): string | undefined {
    if (this.at < this.quoteEnd) return undefined;
    const c = this.source[this.at];
    let operator: string;
    if (c === "*" || c === "+" || c === "?") {
      operator = c;
      this.at++;
    } else if (c === "{") {
      const match = /^\{(\d+)(,(\d*))?\}/.exec(this.source.slice(this.at, this.at + 40));
      if (!match) return undefined;
      const [all, low = "", comma, high = ""] = match;
      const min = Number(low);
      const max = comma === undefined ? min : high === "" ? -1 : Number(high);
      if (
        min > MOST_REPEATS ||
        max > MOST_REPEATS ||
        (max >= 0 && min > max) ||
        (low.length > 1 && low.startsWith("0"))
      ) {
        this.refuse("invalid repeat count", all);
      }
      operator = all;
      this.at += all.length;
    } else return undefined;
    let lazy = this.flags.U;
    if (this.source[this.at] === "?") {
      lazy = !lazy;
      this.at++;
    }
    return operator + (lazy ? "?" : "");
  }

  private atom(): string {
    if (this.at < this.quoteEnd) return this.letter();
    const c = this.source[this.at] as string;
    switch (c) {
      case "(":
        return this.group();
      case "[":
        return this.bracket();
      case ".":
        this.at++;
        return this.flags.s ? "[^]" : "[^\\n]";
      case "^":
        this.at++;
        return this.flags.m ? "(?:(?<![^\\n]))" : "(?:(?<![^]))";
      case "$":
        this.at++;
        return this.flags.m ? "(?:(?![^\\n]))" : "(?:(?![^]))";
      case "\\":
        return this.escape();
      default:
        return this.letter();
    }
  }

  private letter(): string {
    const letter = String.fromCodePoint(this.source.codePointAt(this.at) ?? 0);
    this.at += letter.length;
    return this.literal(letter);
  }

  private literal(letter: string): string {
    const escaped = letter.replace(/[\\^$.*+?()[\]{}|/-]/, (x) => (x === "-" ? x : `\\${x}`));
    return this.folded(escaped);
  }

  private folded(text: string): string {
    return this.flags.i ? `(?i:${text})` : text;
  }

  private group(): string {
    if (++this.depth > MOST_NESTED) this.refuse("expression nests too deeply", this.source);
    const outer = this.flags;
    let open = "(";
    if (this.source[this.at + 1] === "?") {
      const named = /^\(\?P?<([^>]*)>/.exec(this.source.slice(this.at));
      if (named) {
        const name = named[1] ?? "";
        if (!/^[A-Za-z0-9_]+$/.test(name)) this.refuse("invalid named capture", named[0]);
        this.groups.push(name);
        this.at += named[0].length;
      } else {
        const inner = this.flagGroup();
        if (inner === undefined) {
          this.depth--;
          return "";
        }
        open = "(?:";
      }
    } else {
      this.groups.push("");
      this.at++;
    }
    const body = this.alternatives();
    if (this.source[this.at] !== ")") this.refuse("missing closing )", this.source);
    this.at++;
    this.flags = outer;
    this.depth--;
    return `${open}${body})`;
  }

  /** `(?flags)` changes the flags and gives undefined; `(?flags:` opens a group. */
  private flagGroup(): string | undefined {
    const match = /^\(\?([a-zA-Z]*)(?:-([a-zA-Z]*))?([:)])/.exec(this.source.slice(this.at, this.at + 64));
    const rest = this.source.slice(this.at);
    const bad = (): never => {
      if (/^\(\?P?</.test(rest)) return this.refuse("invalid named capture", rest);
      const end = rest.search(/[^(?A-Za-z-]/);
      return this.refuse("invalid or unsupported Perl syntax", end < 0 ? rest : rest.slice(0, end + 1));
    };
    if (!match) return bad();
    const [all, on = "", off, close] = match;
    if (/[^imsU]/.test(on) || (off !== undefined && (off === "" || /[^imsU]/.test(off)))) bad();
    const next = { ...this.flags };
    for (const f of on) next[f as keyof Flags] = true;
    for (const f of off ?? "") next[f as keyof Flags] = false;
    this.flags = next;
    this.at += all.length;
    return close === ":" ? "(?:" : undefined;
  }

  private bracket(): string {
    const made = classOf(this.source, this.at);
    if ("reason" in made) return this.refuse(made.reason, made.piece);
    this.at = made.end;
    return this.folded(made.text);
  }

  private escape(): string {
    const { source, at } = this;
    const next = source[at + 1];
    if (next === undefined) return this.refuse("trailing backslash at end of expression", "");
    const simple: Record<string, string> = {
      A: "(?:(?<![^]))",
      z: "(?:(?![^]))",
      b: "(?:\\b)",
      B: "(?:\\B)",
    };
    if (simple[next] !== undefined) {
      this.at += 2;
      return simple[next] as string;
    }
    if (next === "C") return this.refuse("invalid escape sequence", "\\C");
    if (next === "Q") {
      const end = source.indexOf("\\E", at + 2);
      this.quoteEnd = end < 0 ? source.length : end;
      this.at += 2;
      return "";
    }
    const made = escapeClass(source, at);
    if ("reason" in made) return this.refuse(made.reason, made.piece);
    this.at = made.end;
    return this.folded(made.text);
  }
}

function repeated(body: string, operator: string): string {
  return `(?:${body})${operator}`;
}
