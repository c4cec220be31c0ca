import type { WindowsProcess } from "../system/process.ts";
import { decodePage } from "../system/text-encodings.ts";
import { CmdExit, CmdJump } from "./exits.ts";
import { CmdSession } from "./session.ts";

/** cmd.exe: `/c` and a line, or lines from standard input. */
export async function cmd(process: WindowsProcess, argumentText: string): Promise<number> {
  const flags = /^(?:\s*\/(?:[a-bd-jl-z]|[vef]:(?:on|off))(?=\s|\/|$))*/i.exec(argumentText)?.[0] ?? "";
  const rest = argumentText.slice(flags.length);
  const run = /^\s*\/([ck])\s?([\s\S]*)$/i.exec(rest);
  const session = newSession(process);
  if (/\/q(?=\s|\/|$)/i.test(flags)) session.echoes = false;
  if (/\/v:on|\/v(?=\s|$)/i.test(flags)) session.delayed = true;
  if (!run) {
    for (let line = await process.lines.next(); line !== undefined; line = await process.lines.next()) {
      const ended = await guarded(session, () => session.line(line ?? ""));
      if (ended !== undefined) return ended;
    }
    return session.level;
  }
  return (await guarded(session, () => session.line(unquoted(run[2] ?? "", process)))) ?? session.level;
}

/** Runs a command line as the shell of WinRM does. */
export async function cmdLine(process: WindowsProcess, line: string): Promise<number> {
  const session = newSession(process);
  return (await guarded(session, () => session.line(line))) ?? session.level;
}

/** cmd.exe running a batch file that another program started. */
export async function batchFile(process: WindowsProcess, path: string, args: string): Promise<number> {
  const session = newSession(process);
  return (
    (await guarded(session, async () => {
      session.level = await runBatch(session, path, args);
    })) ?? session.level
  );
}

function newSession(process: WindowsProcess): CmdSession {
  const session = new CmdSession(process);
  session.callBatch = (path, args) => runBatch(session, path, args);
  return session;
}

async function guarded(session: CmdSession, act: () => Promise<void>): Promise<number | undefined> {
  try {
    await act();
    return undefined;
  } catch (exit) {
    if (exit instanceof CmdExit) return exit.code;
    if (!(exit instanceof CmdJump)) throw exit;
    session.process.errorLine(`The system cannot find the batch label specified - ${exit.label}`);
    return 1;
  }
}

/** `/c "line"`: the outer quotes go, unless they are just those of a program's name. */
function unquoted(line: string, process: WindowsProcess): string {
  if (!line.startsWith('"')) return line;
  const quotes = line.match(/"/g)?.length ?? 0;
  const inner = /^"([^"]*)"/.exec(line)?.[1] ?? "";
  if (
    quotes === 2 &&
    !/[&<>()@^|]/.test(inner) &&
    /\s/.test(inner) &&
    process.system.launcher.find(process, inner, true)
  )
    return line;
  if (quotes === 2 && !/\s/.test(inner) && line.trimEnd().endsWith('"') === false) return line;
  const last = line.lastIndexOf('"');
  return line.slice(1, last) + line.slice(last + 1);
}

/** A batch file's lines, a character for each byte: cmd reads each in the page that the console has when its turn comes. */
type BatchLines = readonly string[];

async function runBatch(session: CmdSession, path: string, args: string): Promise<number> {
  const bytes = session.process.system.drive.read(path);
  return runText(session, Buffer.from(bytes).toString("latin1").split(/\r?\n/), 0, path, args);
}

function decoded(line: string, session: CmdSession): string {
  return decodePage(Buffer.from(line, "latin1"), session.process.page);
}

/** The index of the line after a label; undefined where there is none of that name. */
function afterLabel(lines: BatchLines, wanted: string, session: CmdSession): number | undefined {
  const index = lines.findIndex(
    (line) => /^\s*:\s*([^\s:]+)/.exec(decoded(line, session))?.[1]?.toLowerCase() === wanted.toLowerCase(),
  );
  return index < 0 ? undefined : index + 1;
}

async function runText(
  session: CmdSession,
  lines: BatchLines,
  from: number,
  self: string,
  args: string,
): Promise<number> {
  const before = {
    batch: session.batch,
    callLabel: session.callLabel,
    saved: session.saved.length,
    echoes: session.echoes,
  };
  session.batch = { self, values: batchWords(args), all: args };
  session.callLabel = async (label, given) => {
    const start = afterLabel(lines, label, session);
    if (start === undefined) {
      session.process.errorLine(`The system cannot find the batch label specified - ${label}`);
      return 1;
    }
    return runText(session, lines, start, self, given);
  };
  if (before.batch === undefined) session.level = 0;
  try {
    for (let index = from; index < lines.length; ) {
      session.process.signal.throwIfAborted();
      const { line, next } = logicalLine(lines, index);
      index = next;
      if (/^\s*:/.test(line) || line.trim() === "") continue;
      try {
        await session.batchLine(decoded(line, session));
      } catch (exit) {
        if (!(exit instanceof CmdJump)) throw exit;
        const start = afterLabel(lines, exit.label, session);
        if (start === undefined) throw exit;
        index = start;
      }
    }
    return session.level;
  } catch (exit) {
    if (exit instanceof CmdExit && exit.batchOnly) return exit.code;
    throw exit;
  } finally {
    // What setlocal kept comes back at the end of the file.
    while (session.saved.length > before.saved) {
      const saved = session.saved.pop();
      if (!saved) break;
      const { environment } = session.process;
      for (const [name] of environment.entries()) environment.set(name, "");
      for (const [name, value] of saved.environment.entries()) environment.set(name, value);
      session.process.directory = saved.directory;
      session.delayed = saved.delayed;
    }
    session.batch = before.batch;
    session.callLabel = before.callLabel;
    session.echoes = before.echoes;
  }
}

/** A line with those that continue it: after a caret, and until every parenthesis is closed. */
function logicalLine(lines: BatchLines, from: number): { readonly line: string; readonly next: number } {
  let line = lines[from] ?? "";
  let next = from + 1;
  while (/(?:^|[^^])(?:\^\^)*\^$/.test(line) && next < lines.length) line = line.slice(0, -1) + lines[next++];
  while (openParentheses(line) > 0 && next < lines.length) line += `\n${lines[next++]}`;
  return { line, next };
}

function openParentheses(text: string): number {
  let depth = 0;
  let quoted = false;
  const remark = /^\s*(?:@\s*)?rem(?:\s|$)/i;
  for (const line of text.split("\n")) {
    if (remark.test(line)) continue;
    // An opening one counts where a command may begin.
    let mayOpen =
      depth > 0 || /^\s*@?\s*(?:\(|if\b|for\b)/i.test(line) || /[&|]\s*\(/.test(line) || /\)\s*else\s*\(/i.test(line);
    quoted = false;
    for (let at = 0; at < line.length; at++) {
      const char = line[at];
      if (char === "^") at++;
      else if (char === '"') quoted = !quoted;
      else if (!quoted && char === "(" && mayOpen && /(?:^|[\s@&|(])$/.test(line.slice(0, at))) depth++;
      else if (!quoted && char === ")" && depth > 0) depth--;
      if (depth > 0) mayOpen = true;
    }
  }
  return depth;
}

/** Arguments of a batch file: separated by blanks, commas, semicolons and equals signs, quotes kept. */
function batchWords(args: string): string[] {
  return args.match(/(?:"[^"]*"?|[^\s,;="])+/g) ?? [];
}
