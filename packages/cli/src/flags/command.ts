import type { FlagTable } from "./flag.ts";

/** One command, as data. */
export interface Command<T extends FlagTable = FlagTable> {
  readonly name: string;
  /** For the list of commands. */
  readonly synopsis: string;
  /** After the name in the usage line. */
  readonly usage: string;
  /** Paragraphs of the help text. */
  readonly about: readonly string[];
  readonly flags: T;
  /** Lines between the paragraphs and the options, as they are. */
  readonly list?: readonly string[];
  /** Words of which one must come first; flags may follow it. */
  readonly subcommands?: readonly string[];
  /** How many positional arguments it takes, inclusive; without it the command does not parse its arguments at all. */
  readonly positionals?: readonly [number, number];
}

/** Keeps the table's own type. */
export function command<const T extends FlagTable>(made: Command<T>): Command<T> {
  return made;
}
