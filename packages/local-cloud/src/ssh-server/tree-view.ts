import { lstatSync, readFileSync, readlinkSync } from "node:fs";

/** Linux gives up after this many links in one path (`ELOOP`); so does this. */
const mostLinks = 40;

/**
 * Paths as a machine sees them, from outside the machine. Opening `/proc/PID/root/etc/x` follows an absolute link to the
 * *host's* file; a view walks each component itself, so that links and `..` stay inside the tree.
 *
 * The walk is synchronous and not atomic: it keeps honest programs right, it does not hold off hostile ones.
 */
export class TreeView {
  /** Where the tree's own `/` is found, without a slash at the end: `/proc/77/root`, or `.` once it is the working directory. */
  readonly root: string;
  constructor(root: string) {
    this.root = root;
  }

  /** The path to use from outside. `follow: false` keeps a link in last place (`lstat`, `unlink`). Throws what lstat throws. */
  resolve(path: string, follow = true): string {
    return this.outside(this.walk(path, follow));
  }

  /** The path inside the tree with every link followed: what `realpath -m` says there. */
  real(path: string): string {
    return `/${this.walk(path, true).join("/")}`;
  }

  /** The text of a small file inside the tree, or undefined where there is none. */
  text(path: string): string | undefined {
    try {
      return readFileSync(this.resolve(path), "utf8");
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  private outside(parts: readonly string[]): string {
    return parts.length === 0 ? `${this.root}/` : `${this.root}/${parts.join("/")}`;
  }

  private walk(path: string, follow: boolean): string[] {
    const done: string[] = [];
    const todo = components(path).reverse();
    let links = 0;
    for (let part = todo.pop(); part !== undefined; part = todo.pop()) {
      if (part === "..") {
        done.pop();
        continue;
      }
      done.push(part);
      if (todo.length === 0 && !follow) break;
      const target = linkTarget(this.outside(done));
      if (target === undefined) continue;
      if (++links > mostLinks) throw Object.assign(new Error(`ELOOP: too many links in ${path}`), { code: "ELOOP" });
      done.pop();
      if (target.startsWith("/")) done.length = 0;
      todo.push(...components(target).reverse());
    }
    return done;
  }
}

/** True for the two errors that mean that nothing is there. */
export function isMissing(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

function components(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

function linkTarget(outside: string): string | undefined {
  const found = lstatSync(outside, { throwIfNoEntry: false });
  return found?.isSymbolicLink() ? readlinkSync(outside) : undefined;
}
