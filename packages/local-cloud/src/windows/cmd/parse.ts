import { Refusal } from "../system/refusal.ts";

/** What a line of cmd is made of. Texts are as they stood, `%` expanded, quotes and carets not yet taken away where noted. */
export type Command = CommandOfKind & {
  /** An `@` stood before it. */
  readonly isSilent?: boolean;
};
type CommandOfKind =
  | { readonly kind: "simple"; readonly text: string; readonly redirections: readonly CmdRedirection[] }
  | { readonly kind: "block"; readonly body: readonly Command[]; readonly redirections: readonly CmdRedirection[] }
  | { readonly kind: "and" | "or" | "then"; readonly left: Command; readonly right: Command }
  | { readonly kind: "pipe"; readonly left: Command; readonly right: Command }
  | { readonly kind: "if"; readonly test: string; readonly yes: Command; readonly no: Command | undefined }
  | {
      readonly kind: "for";
      readonly mode: "items" | "numbers" | "lines" | "folders";
      readonly options: string;
      readonly variable: string;
      readonly set: string;
      readonly body: Command;
    };
export interface CmdRedirection {
  readonly from: number;
  readonly to: { readonly file: string; readonly how: "write" | "append" | "read" } | { readonly stream: number };
}

/** cmd would not understand the line. */
export class CmdSyntaxError extends Error {
  static {
    this.prototype.name = "CmdSyntaxError";
  }
}
const unexpected = (what: string): CmdSyntaxError =>
  new CmdSyntaxError(what === "" ? "The syntax of the command is incorrect." : `${what} was unexpected at this time.`);

/** Reads one logical line: commands with what is between parentheses. */
export function parseLine(text: string): Command | undefined {
  const parser = new LineParser(text);
  return parser.whole();
}

class LineParser {
  private at = 0;
  private depth = 0;
  private readonly text: string;
  constructor(text: string) {
    this.text = text;
  }

  whole(): Command | undefined {
    const found = this.sequence();
    this.blanks();
    if (this.at < this.text.length) throw unexpected(this.text[this.at] ?? "");
    return found;
  }

  private blanks(): void {
    while (/[ \t,;=]/.test(this.text[this.at] ?? "")) this.at++;
  }
  private allBlanks(): void {
    while (/[ \t,;=\r\n]/.test(this.text[this.at] ?? "")) this.at++;
  }
  private sees(text: string): boolean {
    return this.text.startsWith(text, this.at);
  }

  private sequence(): Command | undefined {
    let left = this.conditional();
    for (;;) {
      this.blanks();
      if (!this.sees("&") || this.sees("&&")) return left;
      this.at++;
      const right = this.conditional();
      if (left && right) left = { kind: "then", left, right };
      else left ??= right;
    }
  }
  private conditional(): Command | undefined {
    let left = this.pipe();
    for (;;) {
      this.blanks();
      const kind = this.sees("&&") ? "and" : this.sees("||") ? "or" : undefined;
      if (!kind) return left;
      this.at += 2;
      const right = this.pipe();
      if (!left || !right) throw unexpected(kind === "and" ? "&&" : "||");
      left = { kind, left, right };
    }
  }
  private pipe(): Command | undefined {
    let left = this.unit();
    for (;;) {
      this.blanks();
      if (!this.sees("|") || this.sees("||")) return left;
      this.at++;
      const right = this.unit();
      if (!left || !right) throw unexpected("|");
      left = { kind: "pipe", left, right };
    }
  }

  private unit(): Command | undefined {
    this.blanks();
    const isSilent = this.sees("@");
    while (this.sees("@")) {
      this.at++;
      this.blanks();
    }
    const found = this.unitItself();
    return found && isSilent ? { ...found, isSilent } : found;
  }

  private unitItself(): Command | undefined {
    if (this.sees("(")) return this.block();
    const word = /^(if|for|rem)(?=[\s(]|$)/i.exec(this.text.slice(this.at, this.at + 4))?.[1]?.toLowerCase();
    if (word === "rem") {
      const start = this.at;
      while (this.at < this.text.length && !/[\r\n]/.test(this.text[this.at] ?? "")) this.at++;
      return { kind: "simple", text: this.text.slice(start, this.at), redirections: [] };
    }
    if (word === "if") return this.ifCommand();
    if (word === "for") return this.forCommand();
    return this.simple();
  }

  private block(): Command {
    this.at++;
    this.depth++;
    const body: Command[] = [];
    for (;;) {
      this.allBlanks();
      if (this.at >= this.text.length) throw unexpected("");
      if (this.sees(")")) break;
      // Lines that begin with a colon are remarks here.
      if (this.sees(":")) {
        while (this.at < this.text.length && this.text[this.at] !== "\n") this.at++;
        continue;
      }
      const found = this.sequence();
      if (found) body.push(found);
    }
    this.at++;
    this.depth--;
    return { kind: "block", body, redirections: this.trailing() };
  }

  private trailing(): CmdRedirection[] {
    const found: CmdRedirection[] = [];
    for (;;) {
      this.blanks();
      const next = this.redirection(true);
      if (!next) return found;
      found.push(next);
    }
  }

  private ifCommand(): Command {
    this.at += 2;
    this.blanks();
    const start = this.at;
    const condition =
      /^((?:(?:\/i|not)\s+)*)(exist\s+(?:"[^"]*"|\S+)|defined\s+\S+|errorlevel\s+-?\d+|cmdextversion\s+\d+|(?:"[^"]*"[^\s="]*|[^\s="(]+)\s*==\s*(?:"[^"]*"[^\s(]*|[^\s(]+)|(?:"[^"]*"|\S+)\s+(?:equ|neq|lss|leq|gtr|geq)\s+(?:"[^"]*"|[^\s(]+))/i.exec(
        this.text.slice(start),
      );
    if (!condition) throw unexpected(/\S+/.exec(this.text.slice(start))?.[0] ?? "");
    this.at += condition[0].length;
    const yes = this.unitOrPipe();
    if (!yes) throw unexpected("");
    const back = this.at;
    if (this.depth > 0) this.allBlanks();
    else this.blanks();
    let no: Command | undefined;
    if (/^else(?=[\s(])/i.test(this.text.slice(this.at, this.at + 5)) && yes.kind === "block") {
      this.at += 4;
      no = this.unitOrPipe();
    } else this.at = back;
    return { kind: "if", test: condition[0], yes, no };
  }

  /** What an `if` runs goes on to the end of the line. */
  private unitOrPipe(): Command | undefined {
    this.blanks();
    return this.sees("(") ? this.block() : this.sequence();
  }

  private forCommand(): Command {
    this.at += 3;
    const rest = this.text.slice(this.at);
    if (/^\s*(?:\/d\s+)?\/r(?=\s)/i.test(rest)) throw new Refusal("FOR /R of cmd");
    const head = /^\s*(?:\/([lfd])\s+)?(?:("(?:[^"])*")\s+)?%%?([A-Za-z?#])\s+in\s*\(/i.exec(rest);
    if (!head && /^\s*\/f\s+[^"%\s]/i.test(rest)) throw new Refusal("options of FOR /F without quotes");
    if (!head) throw unexpected(/\S+/.exec(rest)?.[0] ?? "");
    this.at += head[0].length;
    const start = this.at;
    let quoted = "";
    while (this.at < this.text.length) {
      const char = this.text[this.at] ?? "";
      if (quoted !== "" && char === quoted) quoted = "";
      else if (quoted === "" && /["'`]/.test(char)) quoted = char;
      else if (quoted === "" && char === ")") break;
      this.at++;
    }
    // Outside of double quotes a caret has done its work by now.
    const set = this.text.slice(start, this.at).replace(/"[^"]*"|\^([\s\S])/g, (whole, kept?: string) => kept ?? whole);
    const then = /^\)\s*do(?=[\s(@])/i.exec(this.text.slice(this.at));
    if (!then) throw unexpected("");
    this.at += then[0].length;
    const body = this.unitOrPipe();
    if (!body) throw unexpected("");
    const mode = ({ l: "numbers", f: "lines", d: "folders" } as const)[(head[1] ?? "").toLowerCase()] ?? "items";
    return { kind: "for", mode, options: (head[2] ?? "").replace(/^"|"$/g, ""), variable: head[3] ?? "", set, body };
  }

  private simple(): Command | undefined {
    let text = "";
    let quoted = false;
    const redirections: CmdRedirection[] = [];
    let between = "";
    while (this.at < this.text.length) {
      const char = this.text[this.at] ?? "";
      if (!quoted && char === "^") {
        // What follows a caret is taken as it is; marks keep it from being read again.
        const next = this.text[this.at + 1] ?? "";
        text += next === "\r" || next === "\n" ? "" : next;
        this.at += 2;
        continue;
      }
      if (char === '"') quoted = !quoted;
      if (char === "\n" || char === "\r") break;
      if (!quoted) {
        if (char === "&" || char === "|") break;
        if (char === ")" && this.depth > 0) break;
        const redirected = this.redirection(text === "" || /[\s)"]$/.test(text.concat(between)));
        if (redirected) {
          redirections.push(redirected);
          // Blanks between two redirections are no part of the command.
          between = /^[ \t]+(?=\d?[<>])/.exec(this.text.slice(this.at))?.[0] ?? "";
          this.at += between.length;
          continue;
        }
      }
      between = "";
      text += char;
      this.at++;
    }
    if (text.trim() === "" && redirections.length === 0) return undefined;
    return { kind: "simple", text, redirections };
  }

  private redirection(mayHaveNumber: boolean): CmdRedirection | undefined {
    const match = /^(\d)?(>>|>|<)(?:&(\d))?/.exec(this.text.slice(this.at, this.at + 5));
    if (!match || (match[1] !== undefined && !mayHaveNumber)) return undefined;
    this.at += match[0].length;
    const [, number, kind, stream] = match;
    const from = number === undefined ? (kind === "<" ? 0 : 1) : Number(number);
    if (stream !== undefined) return { from, to: { stream: Number(stream) } };
    while (/[ \t]/.test(this.text[this.at] ?? "")) this.at++;
    const name = /^(?:"[^"]*"|[^\s&|<>()"])+/.exec(this.text.slice(this.at))?.[0];
    if (name === undefined) throw unexpected("");
    this.at += name.length;
    return {
      from,
      to: { file: name.replaceAll('"', ""), how: kind === "<" ? "read" : kind === ">>" ? "append" : "write" },
    };
  }
}
