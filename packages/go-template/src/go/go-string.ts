/**
 * Go strings are bytes; ours are JavaScript strings. A byte that is not part of valid UTF-8 (from `"\xff"` or from
 * slicing through a character) is kept as a lone surrogate U+DC80–U+DCFF, so nothing is lost until the text leaves.
 */

const escapedByte = /[\uDC80-\uDCFF]/u;
const ascii = /^[\0-\x7f]*$/;
const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The UTF-8 bytes of a text, kept bytes included; other lone surrogates become U+FFFD as Go's JSON reader makes them. */
export function toBytes(text: string): Uint8Array {
  if (!escapedByte.test(text)) return encoder.encode(text);
  const parts: number[] = [];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    if (code >= 0xdc80 && code <= 0xdcff) parts.push(code - 0xdc00);
    else parts.push(...encoder.encode(char));
  }
  return Uint8Array.from(parts);
}

/** The text of some bytes; invalid ones are kept one by one. */
export function fromBytes(bytes: Uint8Array): string {
  try {
    return strictDecoder.decode(bytes);
  } catch {
    return decodeKeeping(bytes);
  }
}

function decodeKeeping(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; ) {
    const size = sequenceLength(bytes, i);
    if (size === 0) {
      text += String.fromCharCode(0xdc00 + (bytes[i] ?? 0));
      i++;
    } else {
      text += strictDecoder.decode(bytes.subarray(i, i + size));
      i += size;
    }
  }
  return text;
}

/** Bytes of the valid UTF-8 sequence at `at`, or 0. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  if (first < 0x80) return 1;
  const size = first >= 0xf0 && first <= 0xf4 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  if (size === 0 || first > 0xf4 || at + size > bytes.length) return 0;
  for (let i = 1; i < size; i++) {
    if (((bytes[at + i] ?? 0) & 0xc0) !== 0x80) return 0;
  }
  const second = bytes[at + 1] ?? 0;
  if (first === 0xe0 && second < 0xa0) return 0;
  if (first === 0xed && second > 0x9f) return 0;
  if (first === 0xf0 && second < 0x90) return 0;
  if (first === 0xf4 && second > 0x8f) return 0;
  return size;
}

/** Length in bytes: Go's `len`. */
export function byteLength(text: string): number {
  return ascii.test(text) ? text.length : toBytes(text).length;
}

/** Bytes `from` (included) to `to` (excluded): Go's `s[from:to]`. */
export function byteSlice(text: string, from: number, to: number): string {
  return ascii.test(text) ? text.slice(from, to) : fromBytes(toBytes(text).subarray(from, to));
}

/** Number of runes; an invalid byte counts as one. */
export function runeCount(text: string): number {
  return ascii.test(text) ? text.length : Array.from(text).length;
}

/** Go's order of strings: by bytes. */
export function compareStrings(a: string, b: string): number {
  if (a === b) return 0;
  if (ascii.test(a) && ascii.test(b)) return a < b ? -1 : 1;
  const left = toBytes(a);
  const right = toBytes(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return Math.sign(difference);
  }
  return Math.sign(left.length - right.length);
}

/** Kept bytes that now stand beside their fellows become characters again. */
export function rejoin(text: string): string {
  return escapedByte.test(text) ? fromBytes(toBytes(text)) : text;
}

/** The text as it leaves: every byte that is still not UTF-8 becomes U+FFFD. */
export function wellFormed(text: string): string {
  return rejoin(text).toWellFormed();
}
