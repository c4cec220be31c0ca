/** A path that names nothing on this machine: another drive, a share, characters that no name may have. */
export class PathError extends Error {
  static {
    this.prototype.name = "PathError";
  }
  readonly code: "drive" | "share" | "characters";
  constructor(code: PathError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

/** The absolute form of a path (`C:\a\b`), seen from a directory. Both slashes separate; `.` and `..` are resolved. */
export function absolutePath(path: string, directory: string): string {
  let rest = path.replaceAll("/", "\\");
  if (/^\\\\[?.]\\/.test(rest)) rest = rest.slice(4);
  else if (rest.startsWith("\\\\")) throw new PathError("share", `The network path was not found: ${path}`);
  const drive = /^([A-Za-z]):/.exec(rest);
  if (drive && drive[1]?.toUpperCase() !== "C")
    throw new PathError("drive", `Cannot find drive. A drive with the name '${drive[1]}' does not exist.`);
  if (drive) rest = rest.slice(2);
  const from = rest.startsWith("\\") ? [] : partsOf(directory);
  for (const part of rest.split("\\")) {
    if (part === "" || part === ".") continue;
    if (part === "..") {
      from.pop();
      continue;
    }
    if (/[<>:"|?*\u0000-\u001f]/.test(part)) throw new PathError("characters", "Illegal characters in path.");
    // Windows drops these from the ends of names.
    const name = part.replace(/[. ]+$/, "");
    if (name !== "") from.push(name);
  }
  return `C:\\${from.join("\\")}`;
}

/** The names below the drive: `C:\a\b` is `a`, `b`. */
export function partsOf(path: string): string[] {
  return path.slice(3).split("\\").filter(Boolean);
}

export function parentOf(path: string): string {
  const parts = partsOf(path);
  return `C:\\${parts.slice(0, -1).join("\\")}`;
}
export function leafOf(path: string): string {
  return partsOf(path).at(-1) ?? "";
}
export function joinPath(parent: string, child: string): string {
  return `${parent.replace(/[\\/]+$/, "")}\\${child.replace(/^[\\/]+/, "")}`;
}
/** `.txt`, or nothing. */
export function extensionOf(name: string): string {
  const leaf = name.slice(Math.max(name.lastIndexOf("\\"), name.lastIndexOf("/")) + 1);
  const dot = leaf.lastIndexOf(".");
  return dot < 0 ? "" : leaf.slice(dot);
}

/** A name with `*` and `?` (and `[a-z]`, for PowerShell) as an expression; case does not matter. */
export function wildcard(pattern: string, withSets = true): RegExp {
  let source = "";
  for (let at = 0; at < pattern.length; at++) {
    const char = pattern[at] ?? "";
    if (char === "*") source += "[\\s\\S]*";
    else if (char === "?") source += "[\\s\\S]";
    else if (char === "`" && withSets) source += escapeExpression(pattern[++at] ?? "");
    else if (char === "[" && withSets) {
      const end = pattern.indexOf("]", at + 1);
      if (end < 0) source += "\\[";
      else {
        source += `[${pattern
          .slice(at + 1, end)
          .replaceAll("\\", "\\\\")
          .replaceAll("^", "\\^")}]`;
        at = end;
      }
    } else source += escapeExpression(char);
  }
  return new RegExp(`^${source}$`, "i");
}

export function escapeExpression(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
export const hasWildcard = (path: string): boolean => /[*?]|\[[^\]]*\]/.test(path);
