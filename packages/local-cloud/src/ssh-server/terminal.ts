import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { enterAsRoot, quote } from "./enter.ts";

/** A terminal's size and kind, as the client asked for it. */
export interface Terminal {
  readonly kind: string;
  readonly rows: number;
  readonly columns: number;
}

/**
 * The command that gives `program` a terminal: util-linux's `script` inside the machine makes it from the machine's own
 * devpts, relays the bytes and returns the exit code. `stty` sets the size before the program starts.
 */
export function onTerminal(terminal: Terminal, shell: string, program: readonly string[]): readonly string[] {
  const size =
    terminal.rows > 0 && terminal.columns > 0
      ? `stty rows ${terminal.rows} cols ${terminal.columns} 2>/dev/null; `
      : "";
  // `script` starts its command with $SHELL: a plain one for this line, the user's own again for the program.
  const inner = `${size}SSH_TTY=$(tty) SHELL=${quote(shell)}; export SSH_TTY SHELL; exec ${program.map(quote).join(" ")}`;
  return ["env", "SHELL=/bin/sh", "script", "-q", "-e", "-f", "-c", inner, "/dev/null"];
}

/** Gives the terminal below `process` a new size; the kernel tells its programs. Silent when it has gone meanwhile. */
export function resize(machineProcess: number, process: number, terminal: Terminal): void {
  const number = terminalBelow(process);
  if (number === undefined) return;
  const size = ["rows", String(terminal.rows), "cols", String(terminal.columns)];
  const [tool = "", ...rest] = [...enterAsRoot(machineProcess), "stty", "-F", `/dev/pts/${number}`, ...size];
  execFile(tool, rest, () => undefined);
}

/** The first terminal that a descendant of `process` has as its own, by its number under `/dev/pts`. */
function terminalBelow(process: number): number | undefined {
  for (const child of childrenOf(process)) {
    const device = Number(statOf(child)?.[4] ?? 0);
    // Major numbers 136–143 are pseudo-terminals; the low byte and the bits above 20 are the minor number.
    if (device >> 8 >= 136 && ((device >> 8) & 0xfff) <= 143) return (device & 0xff) | ((device >> 12) & 0xfff00);
    const below = terminalBelow(child);
    if (below !== undefined) return below;
  }
  return undefined;
}

function childrenOf(process: number): number[] {
  const text = read(`/proc/${process}/task/${process}/children`);
  return text.split(" ").filter(Boolean).map(Number);
}

/** The fields of `/proc/PID/stat` after the command's name, which may hold spaces and parentheses. */
function statOf(process: number): string[] | undefined {
  const text = read(`/proc/${process}/stat`);
  return text ? text.slice(text.lastIndexOf(")") + 2).split(" ") : undefined;
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
