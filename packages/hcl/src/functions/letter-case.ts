/** Greek letters whose upper case in full mapping is two letters, and in simple mapping one. */
function simpleGreekUpper(code: number): number | undefined {
  if ((code >= 0x1f80 && code <= 0x1f87) || (code >= 0x1f90 && code <= 0x1f97) || (code >= 0x1fa0 && code <= 0x1fa7)) {
    return code + 8;
  }
  return code === 0x1fb3 || code === 0x1fc3 || code === 0x1ff3 ? code + 9 : undefined;
}

function upperLetter(letter: string): string {
  const upper = letter.toUpperCase();
  if (Array.from(upper).length === 1) return upper;
  const simple = simpleGreekUpper(letter.codePointAt(0) ?? 0);
  return simple === undefined ? letter : String.fromCodePoint(simple);
}

function lowerLetter(letter: string): string {
  const lower = letter.toLowerCase();
  return Array.from(lower)[0] ?? letter;
}

/** Letter by letter, as Go's strings.ToUpper: `ß` stays. */
export function upperCase(text: string): string {
  return Array.from(text, upperLetter).join("");
}

/** Letter by letter, as Go's strings.ToLower: no special final sigma. */
export function lowerCase(text: string): string {
  return Array.from(text, lowerLetter).join("");
}

/** Digraphs such as `ǆ` have a form of their own for the start of a word. */
function titleLetter(letter: string): string {
  const code = letter.codePointAt(0) ?? 0;
  if (code >= 0x1c4 && code <= 0x1cc) return code <= 0x1c6 ? "\u01c5" : code <= 0x1c9 ? "\u01c8" : "\u01cb";
  if (code >= 0x1f1 && code <= 0x1f3) return "\u01f2";
  return upperLetter(letter);
}

function separates(letter: string): boolean {
  if (/[0-9A-Za-z_]/.test(letter)) return false;
  if (letter <= "\x7f") return true;
  if (/[\p{L}\p{Nd}]/u.test(letter)) return false;
  return /\p{White_Space}/u.test(letter);
}

/** The first letter of every word in title case, as Go's strings.Title. */
export function titleCase(text: string): string {
  let before = " ";
  let out = "";
  for (const letter of text) {
    out += separates(before) ? titleLetter(letter) : letter;
    before = letter;
  }
  return out;
}
