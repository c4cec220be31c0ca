import { splitArguments } from "../system/arguments.ts";
import { Refusal } from "../system/refusal.ts";
import { decodeFile, encodePage } from "../system/text-encodings.ts";
import { absolutePath } from "../system/windows-path.ts";
import { setArithmetic } from "./arithmetic.ts";
import { CmdExit, CmdJump } from "./exits.ts";
import {
  copyFiles,
  deleteFiles,
  listFolder,
  makeFolders,
  moveFiles,
  removeFolders,
  renameFile,
} from "./file-commands.ts";
import type { CmdSession } from "./session.ts";

type BuiltIn = (session: CmdSession, rest: string) => Promise<void> | void;

/** Runs a command that cmd has itself; false when it is none. */
export async function runBuiltIn(session: CmdSession, text: string): Promise<boolean> {
  const match = /^([A-Za-z]+)(?=$|[\s./\\,;=:([+"])([\s\S]*)$/.exec(text);
  const name = match?.[1]?.toLowerCase() ?? "";
  const found = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
  if (!found) return callsLabel(session, text);
  // `C:\dir\x.exe` and `copy.exe` are no built-ins.
  const rest = match?.[2] ?? "";
  if (/^\.\w+/.test(rest) && name !== "echo" && !/^\.\.?(?:[\\/\s]|$)/.test(rest)) return false;
  if (/^[\\:]/.test(rest) && !/^(?:cd|chdir|dir|md|mkdir|echo|goto|call|type)$/.test(name)) return false;
  await found(session, rest);
  return true;
}

function callsLabel(session: CmdSession, text: string): boolean {
  // `C:` changes the drive, of which there is one.
  if (!/^[A-Za-z]:\s*$/.test(text)) return false;
  if (!/^c/i.test(text)) {
    session.process.errorLine("The system cannot find the drive specified.");
    session.level = 1;
  }
  return true;
}

const builtIns: Readonly<Record<string, BuiltIn>> = {
  echo: (session, rest) => {
    const plain = rest.trim().toLowerCase();
    if (plain === "on" || plain === "off") session.echoes = plain === "on";
    else if (rest === "" || (plain === "" && !/^[.:,;/\\([+=]/.test(rest)))
      session.process.line(`ECHO is ${session.echoes ? "on" : "off"}.`);
    else session.process.line(rest.slice(1));
  },
  rem: () => {},
  set: setCommand,
  cd: changeDirectory,
  chdir: changeDirectory,
  pushd: (session, rest) => {
    session.saved.push({
      environment: session.process.environment,
      directory: session.process.directory,
      delayed: session.delayed,
    });
    changeDirectory(session, rest);
  },
  popd: (session) => {
    session.process.directory = session.saved.pop()?.directory ?? session.process.directory;
  },
  exit: (_session, rest) => {
    const batchOnly = /\/b/i.test(rest);
    const code = /-?\d+/.exec(rest)?.[0];
    throw new CmdExit(code === undefined ? _session.level : Number(code) | 0, batchOnly);
  },
  goto: (session, rest) => {
    const label = rest.trim().replace(/^:/, "").split(/[\s:]/)[0] ?? "";
    if (label.toLowerCase() === "eof") throw new CmdExit(session.level, true);
    throw new CmdJump(label);
  },
  call: async (session, rest) => {
    const again = rest.trim();
    const label = /^:(\S+)\s*([\s\S]*)$/.exec(again);
    if (label) {
      session.level = await session.callLabel(label[1] ?? "", label[2] ?? "");
      return;
    }
    const match = /^("[^"]*"|\S+)([\s\S]*)$/.exec(again);
    const name = (match?.[1] ?? "").replaceAll('"', "");
    const executable = session.process.system.launcher.find(session.process, name, true);
    if (executable?.kind === "batch")
      session.level = await session.callBatch(executable.path, (match?.[2] ?? "").trim());
    // `call` reads its line once more.
    else await session.line(again.replaceAll("%%", "%"));
  },
  setlocal: (session, rest) => {
    session.saved.push({
      environment: session.process.environment.copy(),
      directory: session.process.directory,
      delayed: session.delayed,
    });
    if (/enabledelayedexpansion/i.test(rest)) session.delayed = true;
    if (/disabledelayedexpansion/i.test(rest)) session.delayed = false;
  },
  endlocal: (session) => {
    const before = session.saved.pop();
    if (!before) return;
    const { environment } = session.process;
    for (const [name] of environment.entries()) environment.set(name, "");
    for (const [name, value] of before.environment.entries()) environment.set(name, value);
    session.process.directory = before.directory;
    session.delayed = before.delayed;
  },
  shift: (session, rest) => {
    if (rest.trim() !== "") throw new Refusal(`shift${rest}`);
    if (session.batch)
      session.batch = { ...session.batch, values: session.batch.values.slice(1), self: session.batch.values[0] ?? "" };
  },
  ver: (session) => {
    session.process.line();
    session.process.line(`Microsoft Windows [Version ${session.process.system.version.number}]`);
    session.level = 0;
  },
  title: () => {},
  cls: () => {},
  color: () => {},
  verify: () => {},
  pause: (session) => session.process.line("Press any key to continue . . . "),
  type: (session, rest) => {
    session.level = 0;
    for (const file of splitArguments(rest)) {
      const bytes = session.process.system.drive.read(absolutePath(file, session.process.directory));
      // Unicode files are shown in the console's code page, others byte by byte.
      const isUnicode = bytes[0] === 0xff && bytes[1] === 0xfe;
      session.process.output.write(isUnicode ? encodePage(decodeFile(bytes), session.process.page) : bytes);
    }
  },
  dir: listFolder,
  copy: copyFiles,
  move: moveFiles,
  del: deleteFiles,
  erase: deleteFiles,
  ren: renameFile,
  rename: renameFile,
  md: makeFolders,
  mkdir: makeFolders,
  rd: removeFolders,
  rmdir: removeFolders,
  start: () => refuse("start"),
  assoc: () => refuse("assoc"),
  ftype: () => refuse("ftype"),
  mklink: () => refuse("mklink"),
  date: (session, rest) => (/\/t/i.test(rest) ? session.line("echo %DATE%") : refuse("date")),
  time: (session, rest) => (/\/t/i.test(rest) ? session.line("echo %TIME%") : refuse("time")),
  path: (session, rest) => {
    const value = rest.trim().replace(/^=/, "");
    if (value === "") session.process.line(`PATH=${session.process.environment.get("PATH") ?? ""}`);
    else session.process.environment.set("PATH", value);
  },
  prompt: () => {},
};

function refuse(what: string): never {
  throw new Refusal(`"${what}" of cmd`);
}

function changeDirectory(session: CmdSession, rest: string): void {
  const { process } = session;
  const path = rest
    .replace(/^\s*\/d\b/i, "")
    .trim()
    .replaceAll('"', "");
  if (path === "") {
    process.line(process.directory);
    return;
  }
  const facts = process.system.drive.facts(absolutePath(path, process.directory));
  session.level = facts?.isFolder ? 0 : 1;
  if (facts?.isFolder) process.directory = facts.path;
  else process.errorLine("The system cannot find the path specified.");
}

async function setCommand(session: CmdSession, rest: string): Promise<void> {
  const { process } = session;
  const flag = /^\s*\/([ap])\s*([\s\S]*)$/i.exec(rest);
  if (flag?.[1]?.toLowerCase() === "a") {
    const value = setArithmetic((flag[2] ?? "").replaceAll('"', ""), process.environment);
    if (value === undefined) {
      process.errorLine("Missing operand.");
      session.level = 1073750988;
    } else if (!session.batch) process.print(String(value));
    return;
  }
  if (flag) {
    const asked = /^"?([^=]+)=([\s\S]*?)"?$/.exec(flag[2] ?? "");
    process.print((asked?.[2] ?? "").replace(/^"|"$/g, ""));
    const line = await process.lines.next();
    if (line === undefined || line === "") session.level = 1;
    else process.environment.set(asked?.[1] ?? "", line);
    return;
  }
  let text = rest.trimStart();
  // `set "NAME=value"`: what follows the last quote does not count.
  if (text.startsWith('"')) text = text.slice(1, text.lastIndexOf('"') > 0 ? text.lastIndexOf('"') : undefined);
  const equals = text.indexOf("=");
  if (equals > 0) {
    process.environment.set(text.slice(0, equals), text.slice(equals + 1));
    return;
  }
  const prefix = text.trim().toLowerCase();
  const found = process.environment.entries().filter(([name]) => name.toLowerCase().startsWith(prefix));
  for (const [name, value] of found) process.line(`${name}=${value}`);
  if (found.length > 0 || prefix === "") return;
  process.errorLine(`Environment variable ${text.trim()} not defined`);
  session.level = 1;
}
