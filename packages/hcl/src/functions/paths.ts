/** Slashes in one way only, as Go's path/filepath does before it looks at a path. */
const slashes = (path: string, windows: boolean): string => (windows ? path.replaceAll("\\", "/") : path);
const native = (path: string, windows: boolean): string => (windows ? path.replaceAll("/", "\\") : path);
const volume = (path: string, windows: boolean): string => (windows ? (/^[A-Za-z]:/.exec(path)?.[0] ?? "") : "");

/** The shortest path that means the same, by names alone. */
export function cleanPath(path: string, windows: boolean): string {
  const drive = volume(path, windows);
  const source = slashes(path.slice(drive.length), windows);
  const rooted = source.startsWith("/");
  const out: string[] = [];
  for (const part of source.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") out.push(part);
    else if (out.length > 0 && out.at(-1) !== "..") out.pop();
    else if (!rooted) out.push("..");
  }
  const joined = (rooted ? "/" : "") + out.join("/");
  return drive + native(joined === "" ? "." : joined, windows);
}

export function isAbsolute(path: string, windows: boolean): boolean {
  return windows ? /^([A-Za-z]:[\\/]|[\\/]{2})/.test(path) : path.startsWith("/");
}

/** A path below a directory, cleaned; empty parts are left out. */
export function joinPath(directory: string, path: string, windows: boolean): string {
  const parts = [directory, path].filter((p) => p !== "");
  return parts.length === 0 ? "" : cleanPath(parts.join(windows ? "\\" : "/"), windows);
}

/** The last name in a path, as Go's filepath.Base. */
export function baseName(path: string, windows: boolean): string {
  if (path === "") return ".";
  const source = slashes(path.slice(volume(path, windows).length), windows).replace(/\/+$/, "");
  if (source === "") return native("/", windows);
  return source.slice(source.lastIndexOf("/") + 1);
}

/** All but the last name in a path, cleaned, as Go's filepath.Dir. */
export function directoryName(path: string, windows: boolean): string {
  const drive = volume(path, windows);
  const source = slashes(path.slice(drive.length), windows);
  return cleanPath(drive + source.slice(0, source.lastIndexOf("/") + 1), windows);
}
