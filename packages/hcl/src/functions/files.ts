import { goQuote } from "@kiln/sdk";
import { evaluate } from "../eval/evaluate.ts";
import { Scope } from "../eval/scope.ts";
import { parseTemplateText } from "../syntax/parse.ts";
import { rangeText } from "../syntax/range-text.ts";
import { Fault, type Outcome } from "../values/arithmetic.ts";
import { setValue } from "../values/set.ts";
import { BOOL, DYNAMIC, STRING, setOf } from "../values/type.ts";
import { boolValue, stringValue, type Value } from "../values/value.ts";
import { anything, type Functions, text, textFunction } from "./arguments.ts";
import { encodeBase64 } from "./base64.ts";
import { utf8Text } from "./encodings.ts";
import { ArgumentFault, type FunctionTable } from "./function.ts";
import { globPattern } from "./glob.ts";
import { FileFailure, type FunctionHost } from "./host.ts";
import { baseName, cleanPath, directoryName, isAbsolute, joinPath } from "./paths.ts";
import type { Answers } from "./suspension.ts";

/** Functions that read files or work on their names. `table` is what a template file may call. */
export function fileFunctions(host: FunctionHost, answers: Answers, table: () => FunctionTable): Functions {
  const files = new Files(host, answers);
  const { windows } = host;
  const forward = (path: string): string => (windows ? path.replaceAll("\\", "/") : path);
  return {
    file: { parameters: [text("path")], returns: STRING, call: ([path]) => asValue(files.text(path?.text ?? "")) },
    filebase64: {
      parameters: [text("path")],
      returns: STRING,
      notNull: true,
      call: ([path]) => {
        const bytes = files.bytesFromCwd(path?.text ?? "");
        return bytes instanceof Fault ? bytes : stringValue(encodeBase64(bytes));
      },
    },
    fileexists: { parameters: [text("path")], returns: BOOL, call: ([path]) => files.exists(path?.text ?? "") },
    fileset: {
      parameters: [text("path"), text("pattern")],
      returns: setOf(STRING),
      call: ([path, pattern]) => files.matching(path?.text ?? "", pattern?.text ?? ""),
    },
    templatefile: {
      parameters: [text("path"), anything("vars")],
      returns: DYNAMIC,
      call: ([path, vars]) => templateFile(files, table, path as Value, vars as Value),
    },
    abspath: textFunction(
      ["path"],
      (path = "") =>
        stringValue(
          forward(
            isAbsolute(path, windows) ? cleanPath(path, windows) : joinPath(host.workingDirectory, path, windows),
          ),
        ),
      false,
    ),
    basename: textFunction(["path"], (path = "") => stringValue(baseName(path, windows)), false),
    dirname: textFunction(["path"], (path = "") => stringValue(directoryName(path, windows)), false),
    pathexpand: {
      parameters: [text("path")],
      returns: STRING,
      call: ([path]) => asValue(files.expand(path?.text ?? "")),
    },
  };
}

const asValue = (outcome: string | Fault): Outcome => (outcome instanceof Fault ? outcome : stringValue(outcome));

class Files {
  private readonly host: FunctionHost;
  private readonly answers: Answers;

  constructor(host: FunctionHost, answers: Answers) {
    this.host = host;
    this.answers = answers;
  }

  /** `~` and `~/x` in the home directory of who runs this. */
  expand(path: string): string | Fault {
    if (!path.startsWith("~")) return path;
    const next = path[1];
    if (next !== undefined && next !== "/" && !(this.host.windows && next === "\\")) {
      return new Fault("cannot expand user-specific home dir");
    }
    const home = this.host.homeDirectory;
    if (home === undefined) return new Fault("the home directory is not known");
    return joinPath(home, path.slice(1), this.host.windows);
  }

  private resolve(path: string): string | Fault {
    const expanded = this.expand(path);
    if (expanded instanceof Fault) return new Fault(`failed to expand ~: ${expanded.message}`);
    const { windows } = this.host;
    return isAbsolute(expanded, windows)
      ? cleanPath(expanded, windows)
      : joinPath(this.host.templateDirectory, expanded, windows);
  }

  private read(path: string): Uint8Array | FileFailure {
    try {
      return this.answers.get(`file ${path}`, () => this.host.readFile(path));
    } catch (error) {
      if (error instanceof FileFailure) return error;
      throw error;
    }
  }

  /** Text of a file relative to the template's directory. */
  text(path: string): string | Fault {
    const full = this.resolve(path);
    if (full instanceof Fault) return full;
    const bytes = this.read(full);
    if (bytes instanceof FileFailure) {
      return bytes.code === "missing" ? new Fault(`no file exists at ${full}`) : new Fault(`failed to read ${full}`);
    }
    const text = utf8Text(bytes);
    return (
      text ??
      new Fault(
        `contents of ${path} are not valid UTF-8; use the filebase64 function to obtain the Base64 encoded contents or the other file functions (e.g. filemd5, filesha256) to obtain file hashing results instead`,
      )
    );
  }

  bytesFromCwd(path: string): Uint8Array | Fault {
    const { windows, workingDirectory } = this.host;
    const fail = (verb: string, reason: string): Fault =>
      new Fault(`failed to read file ${goQuote(path)}: ${verb} ${path}: ${reason}`);
    if (path === "") return fail("open", "no such file or directory");
    // The path is not cleaned: directories that `..` leaves again must exist, as they must in Go.
    const bytes = this.read(isAbsolute(path, windows) ? path : [workingDirectory, path].join(windows ? "\\" : "/"));
    if (!(bytes instanceof FileFailure)) return bytes;
    return fail(bytes.code === "directory" ? "read" : "open", bytes.reason);
  }

  exists(path: string): Outcome {
    const full = this.resolve(path);
    if (full instanceof Fault) return full;
    let info: ReturnType<FunctionHost["fileInfo"]> | undefined;
    try {
      info = this.answers.get(`info ${full}`, () => this.host.fileInfo(full));
    } catch (error) {
      if (error instanceof FileFailure) return new Fault(`failed to stat ${full}`);
      throw error;
    }
    if (info === undefined) return boolValue(false);
    const { kind, mode } = info as { kind: string; mode: string };
    return kind === "file" ? boolValue(true) : new Fault(`${full} is not a regular file, but ${goQuote(mode)}`);
  }

  matching(path: string, pattern: string): Outcome {
    const expanded = this.resolve(path);
    if (expanded instanceof Fault) return expanded;
    // The directory may be said in the pattern: `../*.txt`.
    const glob = globPattern(cleanPattern(pattern));
    if (glob instanceof Fault) {
      return new Fault(`failed to glob pattern (${joinPath(expanded, pattern, this.host.windows)}): ${glob.message}`);
    }
    let up = "";
    let rest = cleanPattern(pattern);
    while (rest.startsWith("../")) {
      up += "../";
      rest = rest.slice(3);
    }
    const root = up === "" ? expanded : joinPath(expanded, up, this.host.windows);
    const inner = up === "" ? glob : globPattern(rest);
    if (inner instanceof Fault) return inner;
    const all = this.answers.get(`list ${root}`, () => this.host.listFiles(root));
    const found = all.filter((name) => inner.test(name)).map((name) => stringValue(up + name));
    return setValue(found, STRING);
  }
}

/** A pattern without `./` and empty parts. */
function cleanPattern(pattern: string): string {
  return pattern
    .split("/")
    .filter((part, i) => part !== "." && (part !== "" || i === 0))
    .join("/");
}

const IDENTIFIER = /^[\p{ID_Start}_][\p{ID_Continue}-]*$/u;

function templateFile(files: Files, table: () => FunctionTable, path: Value, vars: Value): Outcome {
  const source = files.text(path.text);
  if (source instanceof Fault) return source;
  if (vars.type.kind !== "object" && vars.type.kind !== "map") {
    return new ArgumentFault(1, "invalid vars value: must be a map");
  }
  for (const name of vars.entries.keys()) {
    if (!IDENTIFIER.test(name)) {
      return new ArgumentFault(
        1,
        `invalid template variable name ${goQuote(name)}: must start with a letter, followed by zero or more letters, digits, and underscores`,
      );
    }
  }
  const { result, diagnostics } = parseTemplateText(source, path.text);
  const found =
    diagnostics.length > 0
      ? { value: undefined, diagnostics }
      : evaluate(result, new Scope({ variables: vars.entries, functions: withoutTemplates(table()) }));
  const [first, ...rest] = found.diagnostics;
  if (!first || !found.value) {
    if (found.value) return found.value;
    return new Fault("the template cannot be read");
  }
  const where = first.subject ? `${rangeText(first.subject)}: ` : "";
  const more = rest.length === 0 ? "" : `, and ${rest.length} other diagnostic(s)`;
  return new Fault(`${where}${first.summary}; ${first.detail ?? ""}${more}`);
}

/** The same functions, but a template may not start another. */
function withoutTemplates(table: FunctionTable): FunctionTable {
  const refused = {
    parameters: [text("path"), anything("vars")],
    returns: DYNAMIC,
    call: () => new Fault("cannot recursively call templatefile from inside templatefile call"),
  };
  return {
    get: (name) => (name === "templatefile" ? refused : table.get(name)),
    names: () => table.names(),
  };
}
