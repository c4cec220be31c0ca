import { goQuote } from "@kiln/sdk";
import type { Span } from "./ast.ts";
import type { TokenReader } from "./token-reader.ts";

/**
 * The text of a literal part of a template: `$${` and `%%{` stand for themselves, and in quotes backslash escapes are
 * replaced. Mistakes are reported to the reader; of those the text keeps what HCL keeps.
 */
export function literalText(reader: TokenReader, token: Span, quoted: boolean): string {
  const raw = reader.textOf(token);
  const escaped = quoted && raw.includes("\\");
  if (!escaped && !raw.includes("$$") && !raw.includes("%%")) return raw;
  let out = "";
  let from = 0;
  for (let i = 0; i < raw.length; ) {
    const c = raw[i];
    if ((c === "$" || c === "%") && raw[i + 1] === c && raw[i + 2] === "{") {
      out += `${raw.slice(from, i)}${c}{`;
      i += 3;
      from = i;
    } else if (c === "\\" && quoted) {
      out += raw.slice(from, i);
      const [text, length] = escape(reader, token, raw, i);
      out += text;
      i += length;
      from = i;
    } else i++;
  }
  return out + raw.slice(from);
}

const SIMPLE: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", '"': '"', "\\": "\\" };

/** What a backslash sequence stands for, and its length. */
function escape(reader: TokenReader, token: Span, raw: string, at: number): readonly [string, number] {
  const selector = raw.slice(at + 1).match(/^[\s\S]/u)?.[0] ?? "";
  const simple = SIMPLE[selector];
  if (simple !== undefined) return [simple, 2];
  const bad = (detail: string, length: number): readonly [string, number] => {
    const start = token.start + at;
    reader.error(
      "hcl/invalid-escape",
      "Invalid escape sequence",
      detail,
      { source: token.source, start, end: start + length },
      token,
    );
    return [/^[uU]$/.test(selector) ? raw.slice(at, at + length) : selector, length];
  };
  if (selector === "u" || selector === "U") {
    const digits = selector === "u" ? 4 : 8;
    const hex = raw.slice(at + 2, at + 2 + digits).match(/^[0-9a-fA-F]*/)?.[0] ?? "";
    if (hex.length < digits) {
      return bad(
        `The \\${selector} escape sequence must be followed by ${digits === 4 ? "four" : "eight"} hexadecimal digits.`,
        2 + hex.length,
      );
    }
    const code = Number.parseInt(hex, 16);
    if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) {
      return bad(`Cannot encode character U+${code.toString(16).padStart(4, "0")} in UTF-8.`, 2 + digits);
    }
    return [String.fromCodePoint(code), 2 + digits];
  }
  return bad(`The symbol ${goQuote(selector)} is not a valid escape sequence selector.`, 1 + selector.length);
}
