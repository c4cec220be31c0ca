import type { FlagTable, FlagValues } from "./flag.ts";

export type ParsedFlags<T extends FlagTable> =
  | { readonly ok: true; readonly values: FlagValues<T>; readonly positionals: readonly string[] }
  /** Printed after the usage text. */
  | { readonly ok: false; readonly error: string };

/**
 * Go's `flag` rules: one dash or two are the same; `-f v` and `-f=v`; booleans only `-f` or `-f=BOOL`; everything from the first argument
 * that is no flag, or after `--`, is positional.
 */
export function parseFlags<T extends FlagTable>(table: T, args: readonly string[]): ParsedFlags<T> {
  const values = new Map<string, unknown>(Object.entries(table).map(([name, flag]) => [name, flag.fallback]));
  const refused = (error: string): ParsedFlags<T> => ({ ok: false, error });
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] ?? "";
    if (arg.length < 2 || !arg.startsWith("-")) break;
    if (arg === "--") {
      at++;
      break;
    }
    const body = arg.slice(arg.startsWith("--") ? 2 : 1);
    if (body === "" || body.startsWith("-") || body.startsWith("=")) return refused(`bad flag syntax: ${arg}`);
    const equals = body.indexOf("=", 1);
    const name = equals < 0 ? body : body.slice(0, equals);
    let given = equals < 0 ? undefined : body.slice(equals + 1);
    const flag = Object.hasOwn(table, name) ? table[name] : undefined;
    if (!flag) return refused(`flag provided but not defined: -${name}`);
    if (given === undefined) {
      if (flag.boolean) given = "true";
      else {
        given = args[++at];
        if (given === undefined) return refused(`flag needs an argument: -${name}`);
      }
    }
    const read = flag.read(given, values.get(name));
    if ("cause" in read) return refused(refusal(name, given, flag.boolean, read.cause));
    values.set(name, read.value);
  }
  return { ok: true, values: Object.fromEntries(values) as FlagValues<T>, positionals: args.slice(at) };
}

function refusal(name: string, given: string, boolean: boolean, cause: string): string {
  const value = JSON.stringify(given);
  return boolean
    ? `invalid boolean value ${value} for -${name}: ${cause}`
    : `invalid value ${value} for flag -${name}: ${cause}`;
}
