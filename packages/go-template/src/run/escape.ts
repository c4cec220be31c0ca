import { isPrintable } from "@kiln/sdk";
import { toBytes } from "../go/go-string.ts";

const htmlEscapes: Readonly<Record<string, string>> = {
  "\0": "\ufffd",
  '"': "&#34;",
  "'": "&#39;",
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
};

/** The built-in `html`. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (char) => htmlEscapes[char] ?? char);
}

const jsEscapes: Readonly<Record<string, string>> = { "\\": "\\\\", "'": "\\'", '"': '\\"' };

function escapeJsCharacter(char: string): string {
  const short = jsEscapes[char];
  if (short !== undefined) return short;
  const code = char.codePointAt(0) ?? 0;
  if (code >= 0x80 && isPrintable(code)) return char;
  // A byte that is not UTF-8 reads as U+FFFD, which prints as itself.
  if (code >= 0xd800 && code <= 0xdfff) return char;
  return `\\u${code.toString(16).toUpperCase().padStart(4, "0")}`;
}

/** The built-in `js`. */
export function escapeJs(text: string): string {
  return text.replace(/[\0-\x1f\\'"<>&=]|[^\0-\x7f]/gu, escapeJsCharacter);
}

/** The built-in `urlquery`: all but unreserved characters, spaces as `+`. */
export function escapeQuery(text: string): string {
  return Array.from(toBytes(text), (byte) => {
    const char = String.fromCharCode(byte);
    if (/[A-Za-z0-9\-_.~]/.test(char)) return char;
    return char === " " ? "+" : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
