import { type Diagnostic, problem } from "@kiln/sdk";
import { type SourceText, utf8Length } from "./source-text.ts";

/**
 * A syntax error told as Packer tells it: `Error parsing JSON: CAUSE`, the place, the line before and the line itself up to the offence,
 * and a mark below it. The offset counts bytes up to and including the offending one; the column restarts at each line break.
 */
export function syntaxError(
  source: SourceText,
  offset: number,
  cause: string,
  more: { readonly hint?: string; readonly suggestion?: Diagnostic["suggestion"]; readonly end?: number } = {},
): Diagnostic {
  const atEnd = offset >= source.text.length;
  const shown = atEnd
    ? source.text
    : source.text.slice(0, offset) + String.fromCodePoint(source.text.codePointAt(offset) ?? 0);
  const bytes = utf8Length(source.text.slice(0, offset)) + (atEnd ? 0 : 1);
  const lastBreak = shown.lastIndexOf("\n");
  const line = count(shown, "\n") + 1;
  const column = lastBreak < 0 ? bytes : bytes - utf8Length(shown.slice(0, lastBreak));
  const lines = [`At line ${line}, column ${column} (offset ${bytes}):`];
  if (line > 1) lines.push(numbered(line - 1, shown.slice(shown.lastIndexOf("\n", lastBreak - 1) + 1, lastBreak)));
  lines.push(numbered(line, shown.slice(lastBreak + 1)));
  lines.push(`${" ".repeat(column + 5)}^`);
  if (more.hint) lines.push("", more.hint);
  return problem("json/syntax", `Error parsing JSON: ${cause}`, {
    detail: lines.join("\n"),
    subject: source.range(offset, more.end ?? Math.min(offset + 1, source.text.length)),
    suggestion: more.suggestion,
  });
}

/** A character as Go's JSON scanner prints it: the first byte of its UTF-8 form, quoted. */
export function quoteCharacter(code: number): string {
  if (code === 0x27) return "'\\''";
  if (code === 0x22) return "'\"'";
  if (code === 0x5c) return "'\\\\'";
  const named: Record<number, string> = { 7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r" };
  if (named[code]) return `'\\${named[code]}'`;
  const byte =
    code < 0x80
      ? code
      : code < 0x800
        ? 0xc0 | (code >> 6)
        : code >= 0xd800 && code < 0xdc00
          ? 0xf0
          : 0xe0 | (code >> 12);
  if (byte < 0x20 || byte === 0x7f) return `'\\x${byte.toString(16).padStart(2, "0")}'`;
  return `'${String.fromCharCode(byte)}'`;
}

function numbered(line: number, text: string): string {
  return `${String(line).padStart(5)}: ${text.replace(/\r$/, "")}`;
}

function count(text: string, what: string): number {
  let n = 0;
  for (let at = text.indexOf(what); at >= 0; at = text.indexOf(what, at + 1)) n++;
  return n;
}
