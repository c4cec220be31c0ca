/** Texts and characters as Go writes them into messages and `%q` into output: what cannot be seen is escaped. */

const shortEscapes: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

const hex = (value: number, width: number): string => value.toString(16).padStart(width, "0");

/** Go's `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols and the ASCII space. */
export function isPrintable(codePoint: number): boolean {
  if (codePoint >= 0xd800 && codePoint <= 0xdfff) return false;
  return codePoint <= 0x10ffff && printable.test(String.fromCodePoint(codePoint));
}

function escapeRune(char: string, quote: string, asciiOnly: boolean): string {
  const code = char.codePointAt(0) ?? 0;
  if (char === quote) return `\\${quote}`;
  const short = shortEscapes[char];
  if (short !== undefined) return short;
  // A byte that was not UTF-8 is kept as a lone surrogate.
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${hex(code - 0xdc00, 2)}`;
  if (code >= 0xd800 && code <= 0xdfff) return asciiOnly ? "\\ufffd" : "\ufffd";
  if (code < 0x80 ? isPrintable(code) : !asciiOnly && isPrintable(code)) return char;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

/** A double-quoted Go literal, as `%q` writes it; with `asciiOnly` as `%+q` does. */
export function goQuote(text: string, asciiOnly = false): string {
  return `"${Array.from(text, (char) => escapeRune(char, '"', asciiOnly)).join("")}"`;
}

/** A single-quoted Go literal of one code point; anything that is none becomes U+FFFD. */
export function goQuoteRune(code: number, asciiOnly = false): string {
  const valid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return `'${escapeRune(String.fromCodePoint(valid ? code : 0xfffd), "'", asciiOnly)}'`;
}
