import { Fault } from "../values/arithmetic.ts";

const syntax = new Fault("syntax error in pattern");

/**
 * A path pattern with `*`, `?`, `[a-z]`, `{a,b}` and `**` (any number of directories) as a regular expression. A name's
 * leading dot is nothing special.
 */
export function globPattern(pattern: string): RegExp | Fault {
  const source = translate(pattern);
  if (source instanceof Fault) return source;
  return new RegExp(`^${source}$`, "u");
}

function translate(pattern: string): string | Fault {
  let out = "";
  let alternatives = 0;
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === "*") {
      const whole = pattern[i + 1] === "*" && (i === 0 || pattern[i - 1] === "/");
      const end = i + 2;
      if (whole && pattern[end] === "/") {
        out += "(?:[^/]+/)*";
        i = end;
      } else if (whole && end === pattern.length) {
        out += ".*";
        i = end;
      } else out += "[^/]*";
    } else if (c === "?") out += "[^/]";
    else if (c === "[") {
      const close = classEnd(pattern, i);
      if (close < 0) return syntax;
      const body = pattern.slice(i + 1, close);
      const negated = body.startsWith("^") || body.startsWith("!");
      const inner = (negated ? body.slice(1) : body).replace(/[[\]&]/g, "\\$&");
      if (inner === "") return syntax;
      out += negated ? `(?!/)[^${inner}]` : `(?!/)[${inner}]`;
      i = close;
    } else if (c === "{") {
      out += "(?:";
      alternatives++;
    } else if (c === "}" && alternatives > 0) {
      out += ")";
      alternatives--;
    } else if (c === "," && alternatives > 0) out += "|";
    else if (c === "\\") {
      i++;
      if (i >= pattern.length) return syntax;
      out += escaped(pattern[i] as string);
    } else {
      const letter = String.fromCodePoint(pattern.codePointAt(i) ?? 0);
      out += escaped(letter);
      i += letter.length - 1;
    }
  }
  return alternatives > 0 ? syntax : out;
}

function escaped(letter: string): string {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}

function classEnd(pattern: string, open: number): number {
  let i = open + 1;
  if (pattern[i] === "^" || pattern[i] === "!") i++;
  for (; i < pattern.length; i++) {
    if (pattern[i] === "\\") i++;
    else if (pattern[i] === "]") return i;
  }
  return -1;
}
