import { goQuote } from "@kiln/sdk";
import { Fault } from "../values/arithmetic.ts";
import { parseNumber } from "../values/big-float-parse.ts";
import { boolValue, NULL, numberValue, objectValue, stringValue, tupleValue, type Value } from "../values/value.ts";

const DEEPEST = 1000;

/** JSON text as a value: objects and tuples. Messages are those of Go's decoder. */
export function readJson(text: string): Value | Fault {
  const reader = new JsonReader(text);
  const value = reader.value(0);
  if (value instanceof Fault) return value;
  return reader.atEnd() ? value : new Fault("extraneous data after JSON object");
}

/** Go quotes the offending byte as a character literal. */
function quoteCharacter(text: string, at: number): string {
  const c = text[at] ?? "";
  if (c === "'") return "'\\''";
  if (c === '"') return `'"'`;
  const first = new TextEncoder().encode(String.fromCodePoint(text.codePointAt(at) ?? 0))[0] ?? 0;
  return `'${goQuote(String.fromCharCode(first)).slice(1, -1)}'`;
}

class JsonReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  atEnd(): boolean {
    this.blanks();
    return this.at >= this.text.length;
  }

  private blanks(): void {
    while (/[ \t\r\n]/.test(this.text[this.at] ?? "")) this.at++;
  }

  /** Between two tokens Go's decoder has simply come to the end; inside one the end is unexpected. */
  private bad(where: string, betweenTokens = false): Fault {
    if (this.at >= this.text.length) return new Fault(betweenTokens ? "EOF" : "unexpected EOF");
    const lead = `invalid character ${quoteCharacter(this.text, this.at)}`;
    return new Fault(where === "" ? lead : `${lead} ${where}`);
  }

  value(depth: number): Value | Fault {
    if (depth > DEEPEST) return new Fault("exceeded max depth");
    this.blanks();
    const c = this.text[this.at];
    if (c === "{") return this.object(depth);
    if (c === "[") return this.array(depth);
    if (c === '"') {
      const s = this.string();
      return s instanceof Fault ? s : stringValue(s);
    }
    if (c === "-" || (c !== undefined && c >= "0" && c <= "9")) return this.number();
    for (const [word, made] of [
      ["true", boolValue(true)],
      ["false", boolValue(false)],
      ["null", NULL],
    ] as const) {
      if (c === word[0]) return this.keyword(word, made);
    }
    return this.bad("looking for beginning of value", true);
  }

  private keyword(word: string, made: Value): Value | Fault {
    for (const letter of word) {
      if (this.text[this.at] !== letter) return this.bad(`in literal ${word} (expecting '${letter}')`);
      this.at++;
    }
    return made;
  }

  private number(): Value | Fault {
    const match = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(this.text.slice(this.at, this.at + 4096));
    if (!match) {
      this.at++;
      return this.bad("in numeric literal");
    }
    this.at += match[0].length;
    const next = this.text[this.at];
    if (next === "." || next === "e" || next === "E") {
      this.at++;
      return this.bad(next === "." ? "after decimal point in numeric literal" : "in exponent of numeric literal");
    }
    const n = parseNumber(match[0]);
    return n ? numberValue(n) : new Fault("invalid number");
  }

  private string(): string | Fault {
    const start = this.at;
    this.at++;
    for (;;) {
      const c = this.text[this.at];
      if (c === undefined) return this.bad("");
      if (c === '"') break;
      if (c < " ") return this.bad("in string literal");
      if (c === "\\") {
        this.at++;
        const e = this.text[this.at];
        if (e === "u") {
          for (let i = 1; i <= 4; i++) {
            if (!/[0-9a-fA-F]/.test(this.text[this.at + i] ?? "")) {
              this.at += i;
              return this.bad("in \\u hexadecimal character escape");
            }
          }
          this.at += 4;
        } else if (e === undefined || !'"\\/bfnrt'.includes(e)) return this.bad("in string escape code");
      }
      this.at++;
    }
    this.at++;
    return (JSON.parse(this.text.slice(start, this.at)) as string).toWellFormed();
  }

  private array(depth: number): Value | Fault {
    const items: Value[] = [];
    this.at++;
    this.blanks();
    if (this.text[this.at] === "]") {
      this.at++;
      return tupleValue(items);
    }
    for (;;) {
      const item = this.value(depth + 1);
      if (item instanceof Fault) return item;
      items.push(item);
      this.blanks();
      const c = this.text[this.at];
      if (c === "]") break;
      if (c !== ",") return this.bad("after array element", true);
      this.at++;
    }
    this.at++;
    return tupleValue(items);
  }

  private object(depth: number): Value | Fault {
    const entries = new Map<string, Value>();
    this.at++;
    this.blanks();
    if (this.text[this.at] === "}") {
      this.at++;
      return objectValue(entries);
    }
    for (;;) {
      this.blanks();
      if (this.text[this.at] !== '"') return this.bad("", true);
      const key = this.string();
      if (key instanceof Fault) return key;
      this.blanks();
      if (this.text[this.at] !== ":") return this.bad("after object key", true);
      this.at++;
      const item = this.value(depth + 1);
      if (item instanceof Fault) return item;
      entries.set(key.normalize("NFC"), item);
      this.blanks();
      const c = this.text[this.at];
      if (c === "}") break;
      if (c !== ",") return this.bad("after object key:value pair", true);
      this.at++;
    }
    this.at++;
    return objectValue(entries);
  }
}
