/** Character classes of Go's `unicode` package, on code points. */

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;
const onlySpace = /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*$/;

/** A letter, a decimal digit or `_`: what names in templates are made of. */
export function isNameCharacter(char: string): boolean {
  return char === "_" || letter.test(char) || digit.test(char);
}

/** Nothing but what Go's `bytes.TrimSpace` removes. */
export function isBlank(text: string): boolean {
  return onlySpace.test(text);
}

/** One-to-one upper case where the full mapping of JavaScript gives several letters (Greek with iota subscript). */
function simpleUpper(char: string): string {
  const upper = char.toUpperCase();
  if (upper.length === char.length) return upper;
  const code = char.codePointAt(0) ?? 0;
  if (Array.from(upper).length === 1) return upper;
  if (code >= 0x1f80 && code <= 0x1faf) return String.fromCodePoint(code | 8);
  if (code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3) return String.fromCodePoint(code + 9);
  return char;
}

/** Go's `strings.ToUpper`: letter by letter, so that `ß` stays `ß`. */
export function upperCase(text: string): string {
  return Array.from(text, simpleUpper).join("");
}

/** Go's `strings.ToLower`: letter by letter, so that `İ` becomes `i` and `Σ` never a final sigma. */
export function lowerCase(text: string): string {
  return Array.from(text, (char) => (char === "\u0130" ? "i" : char.toLowerCase())).join("");
}
