const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const CODES = new Map(Array.from(ALPHABET).map((c, i) => [c.charCodeAt(0), i]));

/** Standard base64 with padding. */
export function encodeBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let i = 0; i < bytes.length; i += 0x6000) {
    parts.push(String.fromCharCode(...bytes.subarray(i, i + 0x6000)));
  }
  return btoa(parts.join(""));
}

/** The bytes, or the offset of the first character that does not belong there. Line breaks are skipped, as Go does. */
export function decodeBase64(text: string): Uint8Array | number {
  const out = new Uint8Array(Math.ceil((text.length * 3) / 4));
  let length = 0;
  let group = 0;
  let filled = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 10 || code === 13) continue;
    const bits = CODES.get(code);
    if (bits === undefined) return code === 61 ? padded(text, i, out, length, group, filled) : i;
    group = (group << 6) | bits;
    if (++filled < 4) continue;
    out[length++] = group >> 16;
    out[length++] = (group >> 8) & 0xff;
    out[length++] = group & 0xff;
    group = 0;
    filled = 0;
  }
  return filled === 0 ? out.subarray(0, length) : lastGroup(text, filled);
}

/** Where the incomplete last group of four begins. */
function lastGroup(text: string, filled: number): number {
  let left = filled;
  let i = text.length;
  while (left > 0 && i > 0) if (text.charCodeAt(--i) !== 10 && text.charCodeAt(i) !== 13) left--;
  return i;
}

function padded(
  text: string,
  at: number,
  out: Uint8Array,
  length: number,
  group: number,
  filled: number,
): Uint8Array | number {
  if (filled < 2) return at;
  let i = at + 1;
  const skip = (): void => {
    while (text[i] === "\n" || text[i] === "\r") i++;
  };
  skip();
  if (filled === 2) {
    // Go blames the first of the two signs where the second is something else.
    if (text[i] !== "=") return i < text.length ? i - 1 : i;
    i++;
    skip();
  }
  if (i < text.length) return i;
  if (filled === 2) {
    out[length] = group >> 4;
    return out.subarray(0, length + 1);
  }
  out[length] = group >> 10;
  out[length + 1] = (group >> 2) & 0xff;
  return out.subarray(0, length + 2);
}
