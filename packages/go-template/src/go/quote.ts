import { rejoin } from "./go-string.ts";

/** Go string and character literals: reading them (`strconv.Unquote`), and what may stand between backticks. */

/** Whether the text can be written between backticks unchanged. */
export function canBackquote(text: string): boolean {
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if ((code < 0x20 && char !== "\t") || char === "`" || code === 0x7f || code === 0xfeff) return false;
    if (code >= 0xd800 && code <= 0xdfff) return false;
  }
  return true;
}

interface Escape {
  /** A code point, or a byte when `isByte`. */
  readonly code: number;
  readonly isByte: boolean;
  readonly length: number;
}

const namedEscapes: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };
const hexEscapes: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

/** The escape at `at` (a backslash), or undefined when Go would refuse it. */
function readEscape(text: string, at: number, quoteMark: string): Escape | undefined {
  const kind = text[at + 1] ?? "";
  const named = Object.hasOwn(namedEscapes, kind) ? namedEscapes[kind] : undefined;
  if (named !== undefined) return { code: named, isByte: false, length: 2 };
  if (kind === quoteMark) return { code: kind.charCodeAt(0), isByte: false, length: 2 };
  const digits = Object.hasOwn(hexEscapes, kind) ? hexEscapes[kind] : undefined;
  if (digits !== undefined) {
    const body = text.slice(at + 2, at + 2 + digits);
    if (body.length !== digits || !/^[0-9a-fA-F]+$/.test(body)) return undefined;
    const code = Number.parseInt(body, 16);
    if (kind !== "x" && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return undefined;
    return { code, isByte: kind === "x", length: 2 + digits };
  }
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4));
  if (!octal) return undefined;
  const code = Number.parseInt(octal[0], 8);
  return code > 255 ? undefined : { code, isByte: true, length: 4 };
}

const asText = (escape: Escape): string =>
  escape.isByte && escape.code >= 0x80 ? String.fromCharCode(0xdc00 + escape.code) : String.fromCodePoint(escape.code);

/** The text of a `"…"` or backquoted literal, or undefined for "invalid syntax". */
export function unquote(literal: string): string | undefined {
  const mark = literal[0] ?? "";
  if (literal.length < 2 || literal.at(-1) !== mark) return undefined;
  const body = literal.slice(1, -1);
  if (mark === "`") return body.includes("`") ? undefined : body.replaceAll("\r", "");
  if (mark !== '"') return undefined;
  let text = "";
  for (let i = 0; i < body.length; ) {
    const char = body[i] ?? "";
    if (char === '"' || char === "\n") return undefined;
    if (char !== "\\") {
      text += char;
      i++;
      continue;
    }
    const escape = readEscape(body, i, '"');
    if (!escape) return undefined;
    text += asText(escape);
    i += escape.length;
  }
  return rejoin(text);
}

/** The code point of a character literal such as `'a'`, or why it is none. */
export function unquoteRune(literal: string): number | "invalid syntax" | "malformed" {
  const first = literal.codePointAt(1);
  if (first === undefined || literal[1] === "'" || literal[1] === "\n") return "invalid syntax";
  let length = first > 0xffff ? 2 : 1;
  let code = first;
  if (literal[1] === "\\") {
    const escape = readEscape(literal, 1, "'");
    if (!escape) return "invalid syntax";
    length = escape.length;
    code = escape.code;
  }
  return literal.slice(1 + length) === "'" ? code : "malformed";
}
