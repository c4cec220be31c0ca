import { Fault } from "../values/arithmetic.ts";

/** One `%…` of a format string. */
export interface Verb {
  readonly raw: string;
  readonly offset: number;
  readonly letter: string;
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly zero: boolean;
  readonly space: boolean;
  readonly width: number | undefined;
  readonly precision: number | undefined;
  /** Which argument, counted from 1, if it says so. */
  readonly argument: number | undefined;
}

export type FormatPart = string | Verb;

/** Offsets in messages count UTF-8 bytes. */
const bytes = (text: string): number => new TextEncoder().encode(text).length;

/** The texts and verbs of a format string, as cty's format function reads it. */
export function parseFormat(format: string): readonly FormatPart[] | Fault {
  const parts: FormatPart[] = [];
  let from = 0;
  for (let at = format.indexOf("%"); at >= 0; at = format.indexOf("%", from)) {
    parts.push(format.slice(from, at));
    if (format[at + 1] === "%") {
      parts.push("%");
      from = at + 2;
      continue;
    }
    const verb = parseVerb(format, at);
    if (verb instanceof Fault) return verb;
    parts.push(verb);
    from = at + verb.raw.length;
  }
  parts.push(format.slice(from));
  return parts;
}

/** Widths beyond this are refused: nobody reads such a line. */
const WIDEST = 1_000_000;

function parseVerb(format: string, start: number): Verb | Fault {
  let at = start + 1;
  const take = (pattern: RegExp): string => {
    const text = pattern.exec(format.slice(at))?.[0] ?? "";
    at += text.length;
    return text;
  };
  const flags = take(/^[ +\-#0]*/);
  const width = take(/^[1-9]\d*/);
  let precision: string | undefined;
  if (format[at] === ".") {
    at++;
    precision = take(/^\d*/);
  }
  let argument: string | undefined;
  if (format[at] === "[") {
    at++;
    argument = take(/^[1-9]\d*/);
    if (argument === "" || format[at] !== "]") return unexpected(format, at);
    at++;
  }
  const letter = take(/^[A-Za-z]/);
  if (letter === "") return unexpected(format, at);
  if (Number(width) > WIDEST || Number(precision ?? 0) > WIDEST) {
    return new Fault(`width or precision too large in "${format.slice(start, at)}"`);
  }
  return {
    raw: format.slice(start, at),
    offset: bytes(format.slice(0, start)),
    letter,
    plus: flags.includes("+"),
    minus: flags.includes("-"),
    sharp: flags.includes("#"),
    zero: flags.includes("0"),
    space: flags.includes(" "),
    width: width === "" ? undefined : Number(width),
    precision: precision === undefined ? undefined : Number(precision),
    argument: argument === undefined ? undefined : Number(argument),
  };
}

function unexpected(format: string, at: number): Fault {
  const offset = bytes(format.slice(0, at));
  const c = String.fromCodePoint(format.codePointAt(at) ?? 0);
  if (at >= format.length) return new Fault(`invalid format string starting at offset ${offset}`);
  return new Fault(`unrecognized format character '${c}' at offset ${offset}`);
}
