import { FileError } from "../../system/drive.ts";
import type { WindowsProcess } from "../../system/process.ts";
import { decodeFile, decodePage, encodePage } from "../../system/text-encodings.ts";
import { absolutePath, extensionOf, leafOf, PathError, parentOf, wildcard } from "../../system/windows-path.ts";
import { convert, itemsOf, text } from "../values/convert.ts";
import { DateTime } from "../values/date-time.ts";
import { methodFailure, TerminatingError } from "../values/errors.ts";
import type { Value } from "../values/value.ts";
import { Encoding } from "./encoding.ts";
import { FileStream, StreamReader, StreamWriter } from "./streams.ts";

/** [IO.File], [IO.Directory] and [IO.Path]; undefined for a method that they have not here. */
export function callFiles(
  type: string,
  method: string,
  args: readonly Value[],
  process: WindowsProcess,
): Value | undefined {
  const name = method.toLowerCase();
  try {
    if (type === "system.io.path") return pathMethod(name, args, process);
    return type === "system.io.file" ? fileMethod(name, args, process) : folderMethod(name, args, process);
  } catch (error) {
    if (error instanceof TerminatingError) throw error;
    if (error instanceof PathError)
      throw methodFailure(
        method,
        args.length,
        error.code === "characters" ? "System.ArgumentException" : "System.IO.DirectoryNotFoundException",
        error.message,
      );
    if (error instanceof FileError) throw methodFailure(method, args.length, ...wording(error));
    throw error;
  }
}

function wording(error: FileError): [type: string, message: string] {
  switch (error.code) {
    case "no-file":
      return ["System.IO.FileNotFoundException", `Could not find file '${error.path}'.`];
    case "no-folder":
      return ["System.IO.DirectoryNotFoundException", `Could not find a part of the path '${error.path}'.`];
    case "exists":
      return [
        "System.IO.IOException",
        `Cannot create "${error.path}" because a file or directory with the same name already exists.`,
      ];
    case "denied":
      return ["System.UnauthorizedAccessException", `Access to the path '${error.path}' is denied.`];
    case "not-empty":
      return ["System.IO.IOException", `The directory is not empty.\r\n`];
    default:
      return error.code satisfies never;
  }
}

/** .NET's own current directory never moves with Set-Location. */
function full(path: Value, process: WindowsProcess): string {
  return absolutePath(text(path), process.environment.get("USERPROFILE") ?? "C:\\");
}

function pathMethod(name: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const [first = null, second = null] = args;
  const path = text(first);
  switch (name) {
    case "getfullpath": {
      const made = full(path, process);
      return /[\\/]$/.test(path) && !made.endsWith("\\") ? `${made}\\` : made;
    }
    case "combine":
      return args
        .map((arg) => text(arg))
        .reduce(
          (whole, part) =>
            /^(?:[A-Za-z]:|[\\/])/.test(part)
              ? part
              : whole === ""
                ? part
                : part === ""
                  ? whole
                  : `${whole}${/[\\/:]$/.test(whole) ? "" : "\\"}${part}`,
          "",
        );
    case "getdirectoryname": {
      const cut = Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/"));
      const parent = path.slice(0, Math.max(0, cut)).replaceAll("/", "\\");
      return /^[A-Za-z]:$/.test(parent) ? (path.length > 3 ? `${parent}\\` : null) : parent;
    }
    case "getfilename":
      return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1);
    case "getfilenamewithoutextension":
      return path.slice(Math.max(path.lastIndexOf("\\"), path.lastIndexOf("/")) + 1).replace(/\.[^.]*$/, "");
    case "getextension":
      return extensionOf(path);
    case "changeextension":
      return path.replace(/\.[^.\\/]*$/, "") + (text(second).startsWith(".") ? text(second) : `.${text(second)}`);
    case "getpathroot":
      return /^[A-Za-z]:\\?/.exec(path)?.[0] ?? "";
    case "ispathrooted":
      return /^(?:[A-Za-z]:|[\\/])/.test(path);
    case "gettemppath":
      return `${process.environment.get("TEMP") ?? "C:\\Windows\\Temp"}\\`;
    case "gettempfilename": {
      const made = `${process.environment.get("TEMP") ?? "C:\\Windows\\Temp"}\\tmp${randomHex(4).toUpperCase()}.tmp`;
      process.system.drive.write(made, new Uint8Array());
      return made;
    }
    case "getrandomfilename":
      return `${randomHex(8)}.${randomHex(3)}`;
    case "hasextension":
      return extensionOf(path) !== "";
    default:
      return undefined;
  }
}
const randomHex = (length: number): string => crypto.randomUUID().replaceAll("-", "").slice(0, length);

function fileMethod(name: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const { drive } = process.system;
  const [first = null, second = null, third = null] = args;
  const path = (): string => full(first, process);
  const page = (value: Value, fallback = 65001): number => (value instanceof Encoding ? value.page : fallback);
  switch (name) {
    case "exists": {
      if (text(first) === "") return false;
      try {
        const facts = drive.facts(path());
        return facts !== undefined && !facts.isFolder;
      } catch (error) {
        if (error instanceof PathError) return false;
        throw error;
      }
    }
    case "delete":
      if (drive.facts(path())) drive.remove(path(), false);
      return null;
    case "create":
      return new FileStream(process, path(), "Create", "ReadWrite");
    case "open":
      return new FileStream(process, path(), text(second), args.length > 2 ? text(third) : "ReadWrite");
    case "openread":
      return new FileStream(process, path(), "Open", "Read");
    case "openwrite":
      return new FileStream(process, path(), "OpenOrCreate", "Write");
    case "opentext":
      return new StreamReader(new FileStream(process, path(), "Open", "Read"));
    case "createtext":
      return new StreamWriter(new FileStream(process, path(), "Create", "Write"));
    case "appendtext":
      return new StreamWriter(new FileStream(process, path(), "Append", "Write"));
    case "move": {
      const to = full(second, process);
      if (drive.facts(to) && to.toLowerCase() !== path().toLowerCase())
        throw methodFailure(
          "Move",
          2,
          "System.IO.IOException",
          "Cannot create a file when that file already exists.\r\n",
        );
      drive.move(path(), to);
      return null;
    }
    case "copy": {
      const to = full(second, process);
      if (drive.facts(to) && third !== true)
        throw methodFailure("Copy", 2, "System.IO.IOException", `The file '${to}' already exists.`);
      drive.copy(path(), to);
      return null;
    }
    case "replace": {
      const to = full(second, process);
      if (!drive.facts(to) || !drive.facts(path())) throw new FileError("no-file", drive.facts(to) ? path() : to);
      if (third !== null && text(third) !== "") drive.move(to, full(third, process));
      drive.move(path(), to);
      return null;
    }
    case "readalltext":
      return second instanceof Encoding
        ? decodePage(drive.read(path()), second.page)
        : decodeFile(drive.read(path()), 65001);
    case "readalllines": {
      const lines = decodeFile(drive.read(path()), page(second)).split(/\r\n|\n|\r/);
      if (lines.at(-1) === "") lines.pop();
      return lines;
    }
    case "readallbytes":
      return Uint8Array.from(drive.read(path()));
    case "writealltext":
      drive.write(path(), marked(text(second), third));
      return null;
    case "appendalltext":
      if (drive.facts(path())) drive.append(path(), encodePage(text(second), page(third)));
      else drive.write(path(), marked(text(second), third));
      return null;
    case "writealllines":
      drive.write(
        path(),
        marked(
          itemsOf(second)
            .map((item) => `${text(item)}\r\n`)
            .join(""),
          third,
        ),
      );
      return null;
    case "writeallbytes": {
      const bytes = convert(second, "byte[]");
      drive.write(path(), bytes instanceof Uint8Array ? bytes : new Uint8Array());
      return null;
    }
    case "getlastwritetime":
    case "getlastwritetimeutc":
      return new DateTime(drive.facts(path())?.modifiedMs ?? 0, name.endsWith("utc") ? "Utc" : "Local");
    case "getattributes":
      return drive.facts(path())?.isFolder ? "Directory" : "Archive";
    default:
      return undefined;
  }
}

/** A file gets the mark of the encoding that was asked for; without one it is UTF-8 and has none. */
function marked(whole: string, encoding: Value): Uint8Array {
  if (!(encoding instanceof Encoding)) return encodePage(whole, 65001);
  const mark = encoding.page === 65001 ? [0xef, 0xbb, 0xbf] : encoding.page === 1200 ? [0xff, 0xfe] : [];
  return Buffer.concat([Uint8Array.from(mark), encodePage(whole, encoding.page)]);
}

function folderMethod(name: string, args: readonly Value[], process: WindowsProcess): Value | undefined {
  const { drive } = process.system;
  const [first = null, second = null, third = null] = args;
  const path = full(first, process);
  const list = (want: (isFolder: boolean) => boolean): Value[] => {
    const pattern = wildcard(second === null ? "*" : text(second) === "*.*" ? "*" : text(second), false);
    const all = /alldirectories/i.test(text(third));
    const visit = (folder: string): string[] =>
      drive
        .list(folder)
        .flatMap((one) => [
          ...(want(one.isFolder) && pattern.test(leafOf(one.path)) ? [one.path] : []),
          ...(all && one.isFolder ? visit(one.path) : []),
        ]);
    if (!drive.facts(path)?.isFolder) throw new FileError("no-folder", path);
    return visit(path);
  };
  switch (name) {
    case "exists":
      return drive.facts(path)?.isFolder ?? false;
    case "createdirectory":
      drive.makeFolder(path);
      return path;
    case "getfiles":
    case "enumeratefiles":
      return list((isFolder) => !isFolder);
    case "getdirectories":
    case "enumeratedirectories":
      return list((isFolder) => isFolder);
    case "getfilesystementries":
      return list(() => true);
    case "delete":
      if (!drive.facts(path)) throw new FileError("no-folder", path);
      drive.remove(path, second === true);
      return null;
    case "move":
      drive.move(path, full(second, process));
      return null;
    case "getcurrentdirectory":
      return process.directory;
    case "getparent":
      return parentOf(path);
    default:
      return undefined;
  }
}
