import type { WindowsProcess } from "../system/process.ts";
import { Refusal } from "../system/refusal.ts";
import { Collected } from "../system/streams.ts";
import { decodePage } from "../system/text-encodings.ts";
import { absolutePath, hasWildcard, leafOf, parentOf, wildcard } from "../system/windows-path.ts";
import { pathPart } from "./expand.ts";
import { type Command, parseLine } from "./parse.ts";
import type { CmdSession } from "./session.ts";

type ForCommand = Extract<Command, { readonly kind: "for" }>;

/** Puts the values of loops' variables (`%i`, `%~nxi`) into a text. */
export function loopText(text: string, loops: ReadonlyMap<string, string>, process: WindowsProcess): string {
  if (loops.size === 0) return text;
  return text.replace(/%(?:~([fdpnxsa]*?))?([A-Za-z?#])/g, (whole, how: string | undefined, name: string) => {
    const value = loops.get(name);
    if (value === undefined) return whole;
    return how === undefined ? value : pathPart(value, how, process);
  });
}

/** What the variables of a loop are, round by round. */
export async function forItems(
  command: ForCommand,
  session: CmdSession,
): Promise<readonly (readonly (readonly [string, string])[])[]> {
  const { mode, variable, set } = command;
  if (mode === "numbers") {
    const [from = 0, step = 1, to = 0] = set.split(/[\s,]+/).map(Number);
    const found: [string, string][][] = [];
    if (step !== 0)
      for (let value = from; step > 0 ? value <= to : value >= to; value += step)
        found.push([[variable, String(value)]]);
    return found;
  }
  if (mode === "lines") {
    const skipped = linesSkipped(command.options);
    const sources = await linesOf(command, session);
    return sources.flatMap((lines) => lines.slice(skipped).flatMap((line) => tokensOf(line, command)));
  }
  const { process } = session;
  return (set.match(/"[^"]*"|[^\s,;=]+/g) ?? []).flatMap((word) => {
    const bare = word.replaceAll('"', "");
    if (!hasWildcard(bare)) return [[[variable, word] as const]];
    const folder = parentOf(absolutePath(bare.replace(/[*?]/g, "x"), process.directory));
    const pattern = wildcard(bare.split(/[\\/]/).at(-1) ?? "", false);
    const prefix = bare.slice(0, Math.max(bare.lastIndexOf("\\"), bare.lastIndexOf("/")) + 1);
    const { drive } = process.system;
    if (!drive.facts(folder)?.isFolder) return [];
    return drive
      .list(folder)
      .filter((one) => one.isFolder === (mode === "folders") && pattern.test(leafOf(one.path)))
      .map((one) => [[variable, prefix + leafOf(one.path)] as const]);
  });
}

/** `skip=`: how many lines at the start of each file do not count. */
function linesSkipped(options: string): number {
  const skip = /\bskip=(\S*)/i.exec(options)?.[1];
  if (skip === undefined) return 0;
  if (!/^[1-9]\d*$/.test(skip)) throw new Refusal(`FOR /F with skip=${skip}`);
  return Number(skip);
}

/** The lines of each file, of a command's output, or of the text that stands there. */
async function linesOf({ set, options }: ForCommand, session: CmdSession): Promise<string[][]> {
  const source = set.trim();
  const usesBack = /\busebackq\b/i.test(options);
  const command = usesBack ? /^`([\s\S]*)`$/.exec(source) : /^'([\s\S]*)'$/.exec(source);
  const literal = usesBack ? /^'([\s\S]*)'$/.exec(source) : /^"([\s\S]*)"$/.exec(source);
  const { process } = session;
  if (command) {
    const kept = new Collected();
    const parsed = parseLine(command[1] ?? "");
    session.process = process.child({ output: kept });
    try {
      if (parsed) await session.run(parsed);
    } finally {
      session.process = process;
    }
    return [splitLines(decodePage(kept.bytes(), process.page))];
  }
  if (literal) return [[literal[1] ?? ""]];
  const files = source.match(/"[^"]*"|\S+/g) ?? [];
  return files.map((file) => {
    const path = absolutePath(file.replaceAll('"', ""), process.directory);
    return splitLines(decodePage(process.system.drive.read(path), process.page));
  });
}

function splitLines(whole: string): string[] {
  const lines = whole.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Splits a line by `tokens=`, `delims=`, `eol=`; empty lines count for nothing. */
function tokensOf(line: string, { options, variable }: ForCommand): (readonly [string, string])[][] {
  const eol = /\beol=(.)/i.exec(options)?.[1] ?? ";";
  if (line === "" || line.startsWith(eol)) return [];
  const delims = /\bdelims=([^"]*)$/i.exec(options)?.[1] ?? /\bdelims=(\S*)/i.exec(options)?.[1] ?? " \t";
  const wanted = /\btokens=([\d,*-]+)/i.exec(options)?.[1] ?? "1";
  const parts: { text: string; at: number }[] = [];
  let at = 0;
  while (at < line.length) {
    while (at < line.length && delims.includes(line[at] ?? "")) at++;
    const start = at;
    while (at < line.length && !delims.includes(line[at] ?? "")) at++;
    if (at > start) parts.push({ text: line.slice(start, at), at: start });
  }
  if (parts.length === 0) return [];
  const values: string[] = [];
  let last = 0;
  for (const one of wanted.split(",").flatMap((part) => (/\d\*$/.test(part) ? [part.slice(0, -1), "*"] : [part]))) {
    if (one === "*") {
      const next = parts[last];
      values.push(next ? line.slice(next.at) : "");
      continue;
    }
    const [from = 1, to = from] = one.split("-").map(Number);
    for (let index = from; index <= to; index++) {
      values.push(parts[index - 1]?.text ?? "");
      last = index;
    }
  }
  const letter = variable.charCodeAt(0);
  return [values.map((value, index) => [String.fromCharCode(letter + index), value] as const)];
}
