import { type Checked, checked, type Diagnostic, problem, refused } from "@kiln/sdk";
import type { ArrayNode, JsonNode, ObjectNode } from "./node.ts";
import type { SourceText } from "./source-text.ts";
import { quoteCharacter, syntaxError } from "./syntax-error.ts";

/** Deeper than any template; shallow enough for everything that walks the tree by recursion. */
const maxDepth = 1000;
const maxErrors = 20;

/**
 * Strict JSON with the place of every key and value. Mistakes whose meaning is clear (a comma too many or too few, comments, bare words,
 * bad escapes) are each reported and passed over, so that one run tells all of them; the first has the words of Go's scanner.
 */
export function parseJson(source: SourceText): Checked<JsonNode> {
  const parser = new JsonParser(source);
  const root = parser.document();
  if (parser.errors.length > 0 || !root) return refused(...parser.errors);
  return checked(root);
}

/** Thrown to leave the parser where going on would only tell nonsense; never escapes this file. */
class Stop extends Error {}

type Container = ObjectNode | ArrayNode;
interface Name {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}
const endOfInput = "unexpected end of JSON input";
const ofValue = "looking for beginning of value";
const ofKey = "looking for beginning of object key string";

class JsonParser {
  readonly errors: Diagnostic[] = [];
  private readonly source: SourceText;
  private readonly text: string;
  private at = 0;

  constructor(source: SourceText) {
    this.source = source;
    this.text = source.text;
  }

  document(): JsonNode | undefined {
    try {
      const root = this.value();
      this.space("after top-level value");
      if (this.at < this.text.length) this.stop(this.at, `invalid character ${this.here()} after top-level value`);
      return root;
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  /** Containers are kept on a stack of our own: depth costs memory, not call frames. */
  private value(): JsonNode {
    const open: Container[] = [];
    for (;;) {
      let node = this.opening();
      if (node.kind === "object" || node.kind === "array") {
        if (open.length >= maxDepth) this.tooDeep(node.start);
        open.push(node);
        if (!this.firstInside(node)) continue;
        open.pop();
      }
      for (;;) {
        const parent = open.at(-1);
        if (!parent) return node;
        this.add(parent, node);
        if (this.next(parent)) break;
        open.pop();
        node = parent;
      }
    }
  }

  /** Names read, whose values are not finished yet; the innermost last. */
  private readonly keys: Name[] = [];

  private add(parent: Container, node: JsonNode): void {
    if (parent.kind === "array") {
      parent.items.push(node);
      return;
    }
    const name = this.keys.pop();
    if (name) parent.members.push({ key: name.key, keyStart: name.start, keyEnd: name.end, value: node });
  }

  /** A scalar, or the start of a container. */
  private opening(): JsonNode {
    this.space(ofValue);
    const start = this.at;
    const code = this.text.charCodeAt(start);
    if (code === 0x7b) {
      this.at++;
      return { kind: "object", start, end: start, members: [] };
    }
    if (code === 0x5b) {
      this.at++;
      return { kind: "array", start, end: start, items: [] };
    }
    if (code === 0x22) {
      const value = this.string();
      return { kind: "string", start, end: this.at, value };
    }
    if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return this.number();
    return this.word();
  }

  /** After an opening bracket: true where the container closes at once, otherwise the first key has been read. */
  private firstInside(node: Container): boolean {
    this.space(node.kind === "object" ? ofKey : ofValue);
    if (this.closes(node)) return true;
    if (node.kind === "object") this.key();
    return false;
  }

  private closes(node: Container): boolean {
    const code = this.text.charCodeAt(this.at);
    if (code !== (node.kind === "object" ? 0x7d : 0x5d)) return false;
    this.at++;
    node.end = this.at;
    return true;
  }

  /** After an element: true where another follows (its key read), false where the container closed. */
  private next(parent: Container): boolean {
    const what = parent.kind === "object" ? "after object key:value pair" : "after array element";
    const looking = parent.kind === "object" ? ofKey : ofValue;
    this.space(what);
    if (this.closes(parent)) return false;
    const code = this.text.charCodeAt(this.at);
    if (code === 0x2c) {
      const comma = this.at++;
      this.space(looking);
      const here = this.text.charCodeAt(this.at);
      if (here === (parent.kind === "object" ? 0x7d : 0x5d)) {
        this.report(this.at, `invalid character ${this.here()} ${looking}`, {
          hint: "A comma after the last element is not allowed in JSON.",
          suggestion: { replace: this.source.range(comma, comma + 1), with: "" },
        });
        return this.next(parent);
      }
      if (parent.kind === "object") this.key();
      return true;
    }
    const startsElement = code === 0x22 || (parent.kind === "array" && /[[{\-\dtfn]/.test(this.text.charAt(this.at)));
    if (!startsElement) this.stop(this.at, this.unexpected(what));
    this.report(this.at, `invalid character ${this.here()} ${what}`, {
      hint: "A comma is missing before this.",
      suggestion: { replace: this.source.range(this.at, this.at), with: "," },
    });
    if (parent.kind === "object") this.key();
    return true;
  }

  private key(): void {
    this.space(ofKey);
    const start = this.at;
    if (this.text.charCodeAt(start) !== 0x22) {
      const cause = this.unexpected(ofKey);
      const bare = /^(?:'(?<quoted>[^'"\\\n]*)'|(?<word>[A-Za-z_][\w-]*))(?=\s*:)/.exec(
        this.text.slice(start, start + 200),
      );
      if (!bare) this.stop(start, cause);
      const end = start + bare[0].length;
      const key = bare.groups?.["quoted"] ?? bare.groups?.["word"] ?? "";
      this.report(start, cause, {
        hint: "Names of members are written in double quotes.",
        suggestion: { replace: this.source.range(start, end), with: JSON.stringify(key) },
      });
      this.at = end;
      this.keys.push({ key, start, end });
    } else {
      const key = this.string();
      this.keys.push({ key, start, end: this.at });
    }
    this.space("after object key");
    if (this.text.charCodeAt(this.at) !== 0x3a) this.stop(this.at, this.unexpected("after object key"));
    this.at++;
  }

  private string(): string {
    const text = this.text;
    const start = ++this.at;
    for (;;) {
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        this.at++;
        return text.slice(start, this.at - 1);
      }
      if (code === 0x5c || code < 0x20 || this.at >= text.length) break;
      this.at++;
    }
    return this.escaped(start);
  }

  private escaped(start: number): string {
    const text = this.text;
    let out = text.slice(start, this.at);
    let from = this.at;
    for (;;) {
      if (this.at >= text.length) this.stop(this.at, endOfInput);
      const code = text.charCodeAt(this.at);
      if (code === 0x22) {
        out += text.slice(from, this.at++);
        return out.isWellFormed() ? out : out.toWellFormed();
      }
      if (code === 0x5c) {
        out += text.slice(from, this.at);
        out += this.escape();
        from = this.at;
      } else if (code < 0x20) {
        const cause = `invalid character ${this.here()} in string literal`;
        if (code === 0x0a || code === 0x0d)
          this.stop(this.at, cause, "A string ends on the line where it starts; is a closing quote missing?");
        this.report(this.at, cause, {
          hint: "Control characters are written as escapes.",
          suggestion: {
            replace: this.source.range(this.at, this.at + 1),
            with: JSON.stringify(text[this.at]).slice(1, -1),
          },
        });
        this.at++;
      } else this.at++;
    }
  }

  private escape(): string {
    const escape = this.at++;
    const letter = this.text.charAt(this.at);
    const plainEscapes: Record<string, string> = {
      '"': '"',
      "\\": "\\",
      "/": "/",
      b: "\b",
      f: "\f",
      n: "\n",
      r: "\r",
      t: "\t",
    };
    const simple = plainEscapes[letter];
    if (simple !== undefined) {
      this.at++;
      return simple;
    }
    if (letter !== "u") {
      if (letter === "") this.stop(this.at, endOfInput);
      this.report(this.at, `invalid character ${this.here()} in string escape code`, {
        hint: "A backslash itself is written twice.",
        suggestion: { replace: this.source.range(escape, escape + 1), with: "\\\\" },
      });
      return "";
    }
    this.at++;
    const hex = /^[\dA-Fa-f]{0,4}/.exec(this.text.slice(this.at, this.at + 4))?.[0] ?? "";
    this.at += hex.length;
    if (hex.length === 4) return String.fromCharCode(Number.parseInt(hex, 16));
    if (this.at >= this.text.length) this.stop(this.at, endOfInput);
    this.report(this.at, `invalid character ${this.here()} in \\u hexadecimal character escape`);
    return "";
  }

  private number(): JsonNode {
    const start = this.at;
    if (this.text.charAt(this.at) === "-") this.at++;
    if (this.text.charAt(this.at) === "0") this.at++;
    else this.digits("in numeric literal");
    if (this.text.charAt(this.at) === ".") {
      this.at++;
      this.digits("after decimal point in numeric literal");
    }
    if (/[eE]/.test(this.text.charAt(this.at))) {
      this.at++;
      if (/[+-]/.test(this.text.charAt(this.at))) this.at++;
      this.digits("in exponent of numeric literal");
    }
    return { kind: "number", start, end: this.at, value: Number(this.text.slice(start, this.at)) };
  }

  private digits(where: string): void {
    const start = this.at;
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (!(code >= 0x30 && code <= 0x39)) break;
      this.at++;
    }
    if (this.at > start) return;
    if (this.at >= this.text.length) this.stop(this.at, endOfInput);
    this.report(this.at, `invalid character ${this.here()} ${where}`);
  }

  /** `true`, `false`, `null`, or what somebody wrote instead of a value. */
  private word(): JsonNode {
    const start = this.at;
    if (start >= this.text.length) this.stop(start, endOfInput);
    for (const value of [true, false, null]) {
      const word = String(value);
      if (this.text.charAt(start) !== word.charAt(0)) continue;
      let same = 1;
      while (same < word.length && this.text.charAt(start + same) === word.charAt(same)) same++;
      this.at = start + same;
      if (same < word.length) {
        if (this.at >= this.text.length) this.stop(this.at, endOfInput);
        this.report(this.at, `invalid character ${this.here()} in literal ${word} (expecting '${word.charAt(same)}')`);
        this.skipWord();
      }
      return { kind: "literal", start, end: this.at, value };
    }
    const cause = this.unexpected(ofValue);
    const bare = /^(?:'[^'"\\\n]*'|[A-Za-z_][\w.-]*|[.+]\d[\w.]*)/.exec(this.text.slice(start, start + 200))?.[0];
    if (!bare) this.stop(start, cause);
    const word = bare.startsWith("'") ? bare.slice(1, -1) : bare;
    const fix = /^(?:true|false|null)$/i.test(word) ? word.toLowerCase() : JSON.stringify(word);
    this.report(start, cause, { suggestion: { replace: this.source.range(start, start + bare.length), with: fix } });
    this.at = start + bare.length;
    return { kind: "literal", start, end: this.at, value: null };
  }

  private skipWord(): void {
    while (/\w/.test(this.text.charAt(this.at))) this.at++;
  }

  /** White space; a comment is reported once and passed over. */
  private space(where: string): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09) this.at++;
      else if (code === 0x2f && this.comment(where)) continue;
      else return;
    }
  }

  private comment(where: string): boolean {
    const start = this.at;
    const second = this.text.charAt(start + 1);
    if (second !== "/" && second !== "*") return false;
    const end = second === "/" ? this.text.indexOf("\n", start) : this.text.indexOf("*/", start + 2);
    const cause = this.unexpected(where);
    if (end < 0) this.stop(start, cause);
    this.at = second === "/" ? end : end + 2;
    this.report(start, cause, {
      hint: 'JSON has no comments. A root level member whose name starts with "_" may hold one.',
      end: this.at,
    });
    return true;
  }

  private unexpected(where: string): string {
    return this.at < this.text.length ? `invalid character ${this.here()} ${where}` : endOfInput;
  }

  private here(): string {
    return quoteCharacter(this.text.charCodeAt(this.at));
  }

  private tooDeep(offset: number): never {
    this.errors.push(
      problem("json/too-deep", `Error parsing JSON: exceeded max depth`, {
        detail: `Objects and lists are nested more than ${maxDepth} deep here.`,
        subject: this.source.range(offset, offset + 1),
      }),
    );
    throw new Stop();
  }

  private report(offset: number, cause: string, more: Parameters<typeof syntaxError>[3] = {}): void {
    this.errors.push(syntaxError(this.source, offset, cause, more));
    if (this.errors.length >= maxErrors) throw new Stop();
  }

  private stop(offset: number, cause: string, hint?: string): never {
    this.errors.push(syntaxError(this.source, offset, cause, hint === undefined ? {} : { hint }));
    throw new Stop();
  }
}
