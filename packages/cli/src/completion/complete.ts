import type { Command } from "../flags/command.ts";
import { commandTable, isCommand } from "../flags/command-table.ts";
import type { FlagTable } from "../flags/flag.ts";

/**
 * What could stand where the cursor is, for shells that put the line so far into COMP_LINE: commands, their flags, and values of flags
 * that have a closed set. For arguments that are files the shell is left to itself. Source: core-behaviour §1.1.
 */
export function completions(line: string, point: number): readonly string[] {
  const words = line.slice(0, point).split(/\s+/);
  const last = words.at(-1) ?? "";
  const before = words.slice(1, -1);
  const name = before.find((word) => !word.startsWith("-"));
  const starting = (candidates: readonly string[]): readonly string[] =>
    candidates.filter((c) => c.startsWith(last)).sort();
  if (name === undefined) {
    const top = ["-version", "-help", "-machine-readable", "-autocomplete-install", "-autocomplete-uninstall"];
    return starting(last.startsWith("-") ? top : Object.keys(commandTable));
  }
  if (!isCommand(name)) return [];
  const command: Command = commandTable[name];
  const flags: FlagTable = command.flags;
  const value = /^--?([\w-]+)=(.*)$/.exec(last);
  const named = (flag: string | undefined): readonly string[] =>
    flag === undefined ? [] : (flags[flag]?.choices ?? []);
  if (value) return named(value[1]).filter((choice) => choice.startsWith(value[2] ?? ""));
  const previous = /^--?([\w-]+)$/.exec(before.at(-1) ?? "")?.[1];
  const { subcommands = [] } = command;
  const chosen = before.some((word) => subcommands.includes(word));
  if (!last.startsWith("-")) return starting([...named(previous), ...(chosen ? [] : subcommands)]);
  const dashes = last.startsWith("--") ? "--" : "-";
  return starting(Object.keys(flags).flatMap((flag) => (flags[flag]?.hidden ? [] : [dashes + flag])));
}
