/** Part of a pattern in JavaScript's notation, and where it ends; or what is wrong with it. */
export type Piece =
  | { readonly text: string; readonly end: number; readonly set: boolean; readonly code?: number }
  | { readonly reason: string; readonly piece: string };

const PERL: Readonly<Record<string, string>> = {
  d: "0-9",
  s: "\\t\\n\\f\\r ",
  w: "0-9A-Za-z_",
};

const POSIX: Readonly<Record<string, string>> = {
  alnum: "0-9A-Za-z",
  alpha: "A-Za-z",
  ascii: "\\x00-\\x7f",
  blank: "\\t ",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "!-~",
  lower: "a-z",
  print: " -~",
  punct: "!-\\/:-@\\[-`{-~",
  space: "\\t\\n\\v\\f\\r ",
  upper: "A-Z",
  word: "0-9A-Za-z_",
  xdigit: "0-9A-Fa-f",
};

const LETTERS: Readonly<Record<string, number>> = { a: 7, f: 12, t: 9, n: 10, r: 13, v: 11 };

const codeText = (code: number): string => `\\u{${code.toString(16)}}`;

/** A property such as `\p{Greek}` in JavaScript's notation, or undefined if there is none of that name. */
function property(name: string, negated: boolean): string | undefined {
  if (name === "Any") return negated ? "[]" : "[^]";
  for (const body of [`General_Category=${name}`, `Script=${name}`]) {
    const text = `\\${negated ? "P" : "p"}{${body}}`;
    try {
      // The engine knows the names.
      new RegExp(text, "u");
      return text;
    } catch {
      // Not a name of this kind; try the other.
    }
  }
  return undefined;
}

/** A backslash and what follows it; `set` if it can match more than one character. */
export function escapeClass(source: string, at: number): Piece {
  const c = source[at + 1];
  if (c === undefined) return { reason: "trailing backslash at end of expression", piece: "" };
  const lower = c.toLowerCase();
  const perl = PERL[lower];
  if (perl !== undefined) return { text: `[${c === lower ? "" : "^"}${perl}]`, end: at + 2, set: true };
  if (lower === "p") return unicode(source, at);
  const letter = LETTERS[c];
  if (letter !== undefined) return { text: codeText(letter), end: at + 2, set: false, code: letter };
  if (c === "x") {
    const match = /^(?:([0-9a-fA-F]{2})|\{([0-9a-fA-F]{1,8})\})/.exec(source.slice(at + 2, at + 14));
    const code = Number.parseInt(match?.[1] ?? match?.[2] ?? "110000", 16);
    if (!match || code > 0x10ffff) return { reason: "invalid escape sequence", piece: source.slice(at, at + 3) };
    return { text: codeText(code), end: at + 2 + match[0].length, set: false, code };
  }
  if (c >= "0" && c <= "7") {
    const match = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(source.slice(at + 1, at + 4));
    if (!match) return { reason: "invalid escape sequence", piece: source.slice(at, at + 2) };
    const code = Number.parseInt(match[0], 8);
    return { text: codeText(code), end: at + 1 + match[0].length, set: false, code };
  }
  const code = source.codePointAt(at + 1) ?? 0;
  const letterText = String.fromCodePoint(code);
  if (code >= 0x80 || /[0-9A-Za-z]/.test(c)) return { reason: "invalid escape sequence", piece: `\\${letterText}` };
  return { text: codeText(code), end: at + 1 + letterText.length, set: false, code };
}

function unicode(source: string, at: number): Piece {
  const match = /^\\[pP](?:\{(\^?)([^}]*)\}|(\S))/.exec(source.slice(at, at + 64));
  if (!match) return { reason: "invalid character class range", piece: source.slice(at, at + 2) };
  const [all, caret, long, short] = match;
  const negated = (source[at + 1] === "P") !== (caret === "^");
  const text = property(long ?? short ?? "", negated);
  if (text === undefined) return { reason: "invalid character class range", piece: all };
  return { text, end: at + all.length, set: true };
}

/** A bracket expression: ranges, escapes, `[:alpha:]` and the rest. */
export function classOf(source: string, start: number): Piece {
  let at = start + 1;
  const negated = source[at] === "^";
  if (negated) at++;
  let out = "";
  for (let first = true; first || source[at] !== "]"; first = false) {
    if (at >= source.length) return { reason: "missing closing ]", piece: source.slice(start) };
    const posix = /^\[:(\^?)([a-z]+):\]/.exec(source.slice(at, at + 16));
    if (posix) {
      const body = POSIX[posix[2] ?? ""];
      if (body === undefined) return { reason: "invalid character class range", piece: posix[0] };
      out += posix[1] === "^" ? inverse(body) : body;
      at += posix[0].length;
      continue;
    }
    const low = single(source, at);
    if ("reason" in low) return low;
    at = low.end;
    if (low.set) {
      out += low.text.startsWith("[^") ? inverse(low.text.slice(2, -1)) : low.text.replace(/^\[|\]$/g, "");
      continue;
    }
    if (source[at] === "-" && source[at + 1] !== "]" && at + 1 < source.length) {
      const high = single(source, at + 1);
      if ("reason" in high) return high;
      if (high.set || (high.code ?? 0) < (low.code ?? 0)) {
        return { reason: "invalid character class range", piece: source.slice(at - (low.end - at) - 1, high.end) };
      }
      out += `${codeText(low.code ?? 0)}-${codeText(high.code ?? 0)}`;
      at = high.end;
      continue;
    }
    out += codeText(low.code ?? 0);
  }
  return { text: `[${negated ? "^" : ""}${out}]`, end: at + 1, set: true };
}

function single(source: string, at: number): Piece {
  if (source[at] === "\\") return escapeClass(source, at);
  const code = source.codePointAt(at) ?? 0;
  return { text: "", end: at + String.fromCodePoint(code).length, set: false, code };
}

/** Ranges that match whatever the ASCII ranges of `body` do not. */
function inverse(body: string): string {
  const inside = new RegExp(`[${body}]`, "u");
  let out = "";
  let from = -1;
  for (let code = 0; code <= 0x80; code++) {
    const outside = code < 0x80 && !inside.test(String.fromCharCode(code));
    if (outside && from < 0) from = code;
    if (!outside && from >= 0) {
      out += `${codeText(from)}-${codeText(code - 1)}`;
      from = -1;
    }
  }
  return `${out}\\u{80}-\\u{10ffff}`;
}
