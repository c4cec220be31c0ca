/** Paths of the host's own kind, where `node:path` may not be imported. */

/** Joins two paths as the platform writes them; an absolute second path wins. */
export function joinPath(platform: string, first: string, second: string): string {
  if (first === "" || isAbsolutePath(platform, second)) return second;
  const slash = platform === "win32" ? "\\" : "/";
  return /[\\/]$/.test(platform === "win32" ? first : first.replaceAll("\\", "_"))
    ? first + second
    : first + slash + second;
}

export function isAbsolutePath(platform: string, path: string): boolean {
  return platform === "win32" ? /^(?:[a-z]:)?[\\/]/i.test(path) : path.startsWith("/");
}

/** The last name of a path, slashes at its end left out. */
export function baseName(platform: string, path: string): string {
  const parts = path.split(platform === "win32" ? /[\\/]+/ : /\/+/).filter((part) => part !== "");
  return parts.at(-1) ?? "";
}

/** All but the last name of a path; `.` where there is only one. */
export function directoryOf(platform: string, path: string): string {
  const at = Math.max(path.lastIndexOf("/"), platform === "win32" ? path.lastIndexOf("\\") : -1);
  if (at < 0) return ".";
  return at === 0 ? path.slice(0, 1) : path.slice(0, at);
}
