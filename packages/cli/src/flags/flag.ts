import { parseGoDuration } from "@kiln/sdk";

/** One flag of a command, as data: the parser, the help text and shell completion are folds over it. */
export interface Flag<V = unknown> {
  /** Value where the flag is not given. */
  readonly fallback: V;
  /** May stand alone (`-force`); a value needs `=`. */
  readonly boolean: boolean;
  /** What the value is called in help: `=false`, ` 'key=value'`. */
  readonly shown: string;
  readonly doc: string;
  /** The only values there are, for completion. */
  readonly choices?: readonly string[];
  /** Accepted but not shown in help. */
  readonly hidden?: true;
  /** The new value from the text and the value so far, or why the text is refused. */
  read(text: string, before: V): { readonly value: V } | { readonly cause: string };
}
export type FlagTable = Readonly<Record<string, Flag>>;
export type FlagValues<T extends FlagTable> = { readonly [K in keyof T]: T[K] extends Flag<infer V> ? V : never };

interface Told {
  readonly doc: string;
  readonly shown?: string;
  readonly hidden?: true;
}

function flag<V>(
  told: Told,
  fallback: V,
  boolean: boolean,
  read: (text: string, before: V) => { readonly value: V } | { readonly cause: string },
): Flag<V> {
  return { fallback, boolean, shown: told.shown ?? "", doc: told.doc, ...(told.hidden && { hidden: true }), read };
}

const refused = (cause: string): { readonly cause: string } => ({ cause });

/** `1 t T true TRUE True 0 f F false FALSE False`. */
export function bool(told: Told, fallback = false): Flag<boolean> {
  return flag(told, fallback, true, (text) => {
    if (["1", "t", "T", "true", "TRUE", "True"].includes(text)) return { value: true };
    if (["0", "f", "F", "false", "FALSE", "False"].includes(text)) return { value: false };
    return refused("parse error");
  });
}

/** As Go reads them: decimal, or with a prefix 0x, 0o, 0b, 0. */
export function integer(told: Told, fallback: number): Flag<number> {
  return flag(told, fallback, false, (text) => {
    const [, sign, body = ""] = /^([+-]?)(.*)$/.exec(text) ?? [];
    const octal = /^0[0-7]+$/.test(body) ? `0o${body.slice(1)}` : body;
    if (!/^(?:0|[1-9]\d*|0[xX][\da-fA-F]+|0[oO][0-7]+|0[bB][01]+)$/.test(octal)) return refused("parse error");
    const value = BigInt(octal);
    if (value >= 2n ** 63n) return refused("value out of range");
    return { value: Number(sign === "-" ? -value : value) };
  });
}

export function text(told: Told): Flag<string | undefined> {
  return flag<string | undefined>(told, undefined, false, (given) => ({ value: given }));
}

export function choice<const C extends readonly string[]>(
  told: Told,
  choices: C,
  fallback: C[number],
  options: { readonly anyCase?: true } = {},
): Flag<C[number]> {
  const made = flag<C[number]>(told, fallback, false, (given) => {
    const value = options.anyCase ? given.toLowerCase() : given;
    if (choices.includes(value)) return { value };
    return refused(`expected one of [${choices.map((c) => `"${c}"`).join(" ")}]`);
  });
  return { ...made, choices };
}

/** Comma separated; a repeated flag adds to what was given. */
export function names(told: Told): Flag<readonly string[]> {
  return flag<readonly string[]>(told, [], false, (given, before) => ({
    value: [...before, ...given.split(",").map((name) => name.trim())].filter((name) => name !== ""),
  }));
}

/** May be repeated; order is kept. */
export function paths(told: Told): Flag<readonly string[]> {
  return flag<readonly string[]>(told, [], false, (given, before) => ({ value: [...before, given] }));
}

/** `key=value`, split at the first `=`; may be repeated, order is kept. */
export function keyValues(told: Told): Flag<readonly (readonly [string, string])[]> {
  return flag<readonly (readonly [string, string])[]>(told, [], false, (given, before) => {
    const at = given.indexOf("=");
    if (at < 0) return refused(`No '=' value in arg: ${given}`);
    return { value: [...before, [given.slice(0, at), given.slice(at + 1)]] };
  });
}

const byteUnits: Readonly<Record<string, number>> = { "": 1, k: 1e3, m: 1e6, g: 1e9, t: 1e12 };
const binaryUnits: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** A number of bytes, with a unit where wanted: `500MB`, `20GiB`. */
export function bytes(told: Told): Flag<number | undefined> {
  return flag<number | undefined>(told, undefined, false, (given) => {
    const [, number = "", unit = "", binary] = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?$/i.exec(given) ?? [];
    const factor = (binary ? binaryUnits : byteUnits)[unit.toLowerCase()];
    if (number === "" || factor === undefined)
      return refused("parse error: a size is a number with a unit, such as 500MB or 20GiB");
    return { value: Math.round(Number(number) * factor) };
  });
}

/** A Go duration, in milliseconds; it must be positive. */
export function duration(told: Told): Flag<number | undefined> {
  return flag<number | undefined>(told, undefined, false, (given) => {
    const value = parseGoDuration(given);
    if (value === undefined) return refused("parse error: a duration is numbers with units, such as 90s or 1h30m");
    return value > 0n ? { value: Number(value) / 1e6 } : refused("the duration must be positive");
  });
}
