import { lstat, readdir } from "node:fs/promises";
import { isAbsolute, join, sep } from "node:path";

/** One path segment of a Go `filepath.Match` pattern: `*`, `?`, `[a-z]`, `[^a]`, `\x`; `*` also matches a leading dot. */
function segmentPattern(segment: string): RegExp {
  let source = "";
  for (let i = 0; i < segment.length; i++) {
    const c = segment[i] ?? "";
    if (c === "*") source += "[^/]*";
    else if (c === "?") source += "[^/]";
    else if (c === "\\" && sep === "/") source += escaped(segment[++i] ?? "\\");
    else if (c === "[") {
      const close = segment.indexOf("]", i + 2);
      if (close < 0) throw Object.assign(new Error("syntax error in pattern"), { code: "glob/bad-pattern" });
      source += `[${segment.slice(i + 1, close).replace(/\\(?![-\]^\\])/g, "\\\\")}]`;
      i = close;
    } else source += escaped(c);
  }
  return new RegExp(`^${source}$`, "u");
}

function escaped(c: string): string {
  return c.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

const isPattern = (segment: string): boolean => /[*?[\\]/.test(segment);

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}

/** Paths matching a pattern as Go's `filepath.Glob` finds them: sorted, unreadable directories count as empty. */
export async function globFiles(pattern: string): Promise<readonly string[]> {
  if (!isPattern(pattern)) return (await exists(pattern)) ? [pattern] : [];
  const segments = pattern.split(/[/]/);
  let found: string[] = [isAbsolute(pattern) ? (segments.shift(), sep) : ""];
  for (const segment of segments) {
    if (segment === "") continue;
    const next: string[] = [];
    for (const base of found) {
      const under = (name: string): string => (base === "" ? name : base === sep ? sep + name : `${base}${sep}${name}`);
      if (!isPattern(segment)) {
        if (await exists(under(segment))) next.push(under(segment));
        continue;
      }
      const wanted = segmentPattern(segment);
      const names = await readdir(base === "" ? "." : join(base)).catch(() => []);
      next.push(
        ...names
          .filter((name) => wanted.test(name))
          .sort()
          .map(under),
      );
    }
    found = next;
  }
  return found;
}
