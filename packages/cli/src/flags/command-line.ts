import { commandHelp, generalHelp } from "../help/help-text.ts";
import type { Command } from "./command.ts";
import { type CommandName, commandTable, isCommand } from "./command-table.ts";
import type { FlagValues } from "./flag.ts";
import { parseFlags } from "./parse-flags.ts";

type FlagsOf<N extends CommandName> = FlagValues<(typeof commandTable)[N]["flags"]>;
type Call<N extends CommandName> = {
  readonly command: N;
  readonly flags: FlagsOf<N>;
  readonly positionals: readonly string[];
};
/** What the arguments ask for. */
export type CommandLine =
  | { readonly [N in CommandName]: Call<N> }[CommandName]
  /** Text to print, and the exit code. */
  | { readonly command: "print"; readonly text: string; readonly code: number };

const versionFlags = ["-v", "-version", "--version"];
const helpFlags = ["-h", "-help", "--help"];

/**
 * Reads the arguments after `-machine-readable` was taken out. Unknown commands and none at all print the general help and end with 127;
 * `-h` anywhere before `--` prints help and ends with 0. Source: core-behaviour §1.1.
 */
export function readCommandLine(program: string, args: readonly string[]): CommandLine {
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const before = at < 0 ? args : args.slice(0, at);
  const name = at < 0 ? "" : (args[at] ?? "");
  const rest = at < 0 ? [] : args.slice(at + 1);
  if (before.some((arg) => versionFlags.includes(arg))) return { command: "version", flags: {}, positionals: [] };
  const end = args.indexOf("--");
  const helpWanted = (end < 0 ? args : args.slice(0, end)).some((arg) => helpFlags.includes(arg));
  if (!isCommand(name)) {
    const text = generalHelp(program, Object.values(commandTable));
    return { command: "print", text, code: helpWanted && name === "" ? 0 : 127 };
  }
  const command: Command = commandTable[name];
  const help = commandHelp(program, command);
  if (helpWanted) return { command: "print", text: help, code: 0 };
  if (before.length > 0) {
    const complaint =
      "Invalid flags before the subcommand. If these flags are for\nthe subcommand, please put them after the subcommand.";
    return { command: "print", text: `${complaint}\n\n${help}`, code: 1 };
  }
  const { positionals: wanted, subcommands } = command;
  if (!wanted) return { command: name, flags: {}, positionals: rest } as CommandLine;
  const [first = "", ...later] = rest;
  const parsed = parseFlags(command.flags, subcommands?.includes(first) ? [...later, first] : rest);
  if (!parsed.ok) return { command: "print", text: `${help}\n${parsed.error}`, code: 1 };
  const { values, positionals } = parsed;
  if (subcommands && !subcommands.includes(positionals[0] ?? "")) return { command: "print", text: help, code: 1 };
  if (positionals.length < wanted[0] || positionals.length > wanted[1]) {
    const late = positionals.find((arg, i) => i > 0 && /^-./.test(arg));
    const hint =
      late === undefined ? "" : `\n${late} comes after an argument that is no flag: flags go before ${positionals[0]}.`;
    return { command: "print", text: help + hint, code: 1 };
  }
  return { command: name, flags: values, positionals } as CommandLine;
}
