import { DateTime } from "../powershell/values/date-time.ts";
import { splitArguments } from "../system/arguments.ts";
import { FileError, type FileFacts } from "../system/drive.ts";
import { Refusal } from "../system/refusal.ts";
import { absolutePath, hasWildcard, joinPath, leafOf, parentOf, wildcard } from "../system/windows-path.ts";
import type { CmdSession } from "./session.ts";

/** Arguments and the switches among them; a switch that is not known is refused. */
function read(
  rest: string,
  known: string,
  command: string,
): { readonly names: readonly string[]; readonly has: (letter: string) => boolean } {
  const words = splitArguments(rest.replace(/(\S)(\/[a-z])/gi, "$1 $2"));
  const switches = words.filter((word) => word.startsWith("/")).map((word) => word.slice(1).toLowerCase());
  for (const one of switches) if (!known.split(" ").includes(one)) throw new Refusal(`${command} /${one}`);
  return { names: words.filter((word) => !word.startsWith("/")), has: (letter) => switches.includes(letter) };
}

/** The files that a name with wildcards means. */
function matching(session: CmdSession, name: string): FileFacts[] {
  const { process } = session;
  const { drive } = process.system;
  if (!hasWildcard(name)) {
    const facts = drive.facts(absolutePath(name, process.directory));
    return facts ? [facts] : [];
  }
  const folder = parentOf(absolutePath(name.replace(/[*?]/g, "x"), process.directory));
  const leaf = name.split(/[\\/]/).at(-1) ?? "";
  const pattern = wildcard(leaf === "*.*" ? "*" : leaf, false);
  if (!drive.facts(folder)?.isFolder) throw new FileError("no-folder", folder);
  return drive.list(folder).filter((one) => pattern.test(leafOf(one.path)));
}

export function copyFiles(session: CmdSession, rest: string): void {
  const { names } = read(rest, "y -y b a v", "copy");
  const { process } = session;
  const { drive } = process.system;
  const [from = "", to = "."] = names;
  if (from.includes("+")) throw new Refusal("copy with +");
  const files = matching(session, from).filter((one) => !one.isFolder);
  if (files.length === 0) {
    process.errorLine("The system cannot find the file specified.");
    session.level = 1;
    return;
  }
  const target = absolutePath(to, process.directory);
  for (const file of files) {
    const into = drive.facts(target)?.isFolder ? joinPath(target, leafOf(file.path)) : target;
    drive.copy(file.path, into);
  }
  process.line(`${String(files.length).padStart(9)} file(s) copied.`);
  session.level = 0;
}

export function moveFiles(session: CmdSession, rest: string): void {
  const { names } = read(rest, "y -y", "move");
  const { process } = session;
  const { drive } = process.system;
  const [from = "", to = "."] = names;
  const files = matching(session, from);
  if (files.length === 0) {
    process.errorLine("The system cannot find the file specified.");
    session.level = 1;
    return;
  }
  const target = absolutePath(to, process.directory);
  for (const file of files) {
    const into = drive.facts(target)?.isFolder ? joinPath(target, leafOf(file.path)) : target;
    if (drive.facts(into) && into.toLowerCase() !== file.path.toLowerCase()) drive.remove(into, false, true);
    drive.move(file.path, into);
  }
  const isFolder = files[0]?.isFolder ?? false;
  process.line(`${String(files.length).padStart(9)} ${isFolder ? "dir" : "file"}(s) moved.`);
  session.level = 0;
}

export function deleteFiles(session: CmdSession, rest: string): void {
  const { names, has } = read(rest, "f q s a", "del");
  const { process } = session;
  // del reports what it does not find, and is content.
  session.level = 0;
  if (names.length === 0) {
    process.errorLine("The syntax of the command is incorrect.");
    session.level = 1;
  }
  const visit = (name: string): number => {
    const own = matching(session, name).filter((one) => !one.isFolder);
    for (const one of own) process.system.drive.remove(one.path, false, has("f"));
    if (!has("s")) return own.length;
    const folder = parentOf(absolutePath(name.replace(/[*?]/g, "x"), process.directory));
    const below = process.system.drive.list(folder).filter((one) => one.isFolder);
    return below.reduce((sum, one) => sum + visit(joinPath(one.path, name.split(/[\\/]/).at(-1) ?? "")), own.length);
  };
  for (const name of names) {
    const facts = hasWildcard(name) ? undefined : process.system.drive.facts(absolutePath(name, process.directory));
    const count = visit(facts?.isFolder ? joinPath(name, "*") : name);
    if (count === 0) process.errorLine(`Could Not Find ${absolutePath(name.replace(/[*?]/g, ""), process.directory)}`);
  }
}

export function renameFile(session: CmdSession, rest: string): void {
  const { names } = read(rest, "", "ren");
  const from = absolutePath(names[0] ?? "", session.process.directory);
  const to = joinPath(parentOf(from), names[1] ?? "");
  if (session.process.system.drive.facts(to)) {
    session.process.errorLine("A duplicate file name exists, or the file cannot be found.");
    session.level = 1;
    return;
  }
  session.process.system.drive.move(from, to);
  session.level = 0;
}

export function makeFolders(session: CmdSession, rest: string): void {
  const { names } = read(rest.replaceAll("/", "\\"), "", "mkdir");
  session.level = 0;
  for (const name of names) {
    const path = absolutePath(name, session.process.directory);
    if (session.process.system.drive.facts(path)) {
      session.process.errorLine(`A subdirectory or file ${name} already exists.`);
      session.level = 1;
    } else session.process.system.drive.makeFolder(path);
  }
}

export function removeFolders(session: CmdSession, rest: string): void {
  const { names, has } = read(rest, "s q", "rmdir");
  session.level = 0;
  for (const name of names) {
    const path = absolutePath(name, session.process.directory);
    const facts = session.process.system.drive.facts(path);
    if (!facts) throw new FileError("no-file", path);
    if (!facts.isFolder) {
      session.process.errorLine("The directory name is invalid.");
      session.level = 267;
    } else session.process.system.drive.remove(path, has("s"));
  }
}

/** `dir`, long and bare. */
export function listFolder(session: CmdSession, rest: string): void {
  const { names, has } = read(
    rest.replace(/\/a:?-d\b/i, "/a-d").replace(/\/a:?d\b/i, "/ad"),
    "b s a ad a-d on o",
    "dir",
  );
  const { process } = session;
  const { drive } = process.system;
  session.level = 0;
  for (const name of names.length === 0 ? ["."] : names) {
    const isPattern = hasWildcard(name);
    const facts = isPattern ? undefined : drive.facts(absolutePath(name, process.directory));
    const folder =
      isPattern || !facts?.isFolder
        ? parentOf(absolutePath(name.replace(/[*?]/g, "x"), process.directory))
        : facts.path;
    const wanted = (one: FileFacts): boolean => (has("ad") ? one.isFolder : has("a-d") ? !one.isFolder : true);
    const entries = (facts?.isFolder ? [...drive.list(facts.path)] : matching(session, name)).filter(wanted);
    if (entries.length === 0 && (!facts || !facts.isFolder)) {
      if (!has("b")) process.line(` Directory of ${folder}\r\n`);
      process.errorLine("File Not Found");
      session.level = 1;
      continue;
    }
    if (has("b")) {
      const visit = (list: readonly FileFacts[]): void => {
        for (const one of list) {
          process.line(has("s") ? one.path : leafOf(one.path));
          if (has("s") && one.isFolder) visit(drive.list(one.path).filter(wanted));
        }
      };
      visit(entries);
      continue;
    }
    if (has("s")) throw new Refusal("dir /s without /b");
    process.line(" Volume in drive C has no label.");
    process.line(" Volume Serial Number is 4B49-4C4E");
    process.line();
    process.line(` Directory of ${folder}`);
    process.line();
    for (const one of entries) {
      const when = new DateTime(one.modifiedMs).format("MM/dd/yyyy  hh:mm tt");
      const size = one.isFolder ? "    <DIR>         " : grouped(one.size).padStart(18);
      process.line(`${when}${size} ${leafOf(one.path)}`);
    }
    const files = entries.filter((one) => !one.isFolder);
    process.line(
      `${String(files.length).padStart(16)} File(s) ${grouped(files.reduce((sum, one) => sum + one.size, 0)).padStart(14)} bytes`,
    );
    process.line(`${String(entries.length - files.length).padStart(16)} Dir(s)  20,000,000,000 bytes free`);
  }
}

function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}
