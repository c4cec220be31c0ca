import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { TreeView } from "../../ssh-server/tree-view.ts";
import { run, systemPath } from "../command.ts";

/** A file of this host that a slimmer system is lent. */
export interface BorrowedFile {
  readonly path: string;
  readonly content: Buffer;
}

/** What sessions need inside a machine: to become a user, and to make a terminal. */
const needed = ["setpriv", "script"];

/**
 * The tools that a tree lacks (Alpine's busybox has neither), from this host with the libraries they load, at the paths they
 * are looked for. What the tree has at such a path stays.
 */
export async function borrowedTools(tree: TreeView, signal: AbortSignal): Promise<readonly BorrowedFile[]> {
  const missing = needed.filter(
    (tool) => !["/usr/bin", "/bin"].some((folder) => hasRealTool(tree, `${folder}/${tool}`)),
  );
  const found = new Map<string, BorrowedFile>();
  for (const tool of missing) {
    const path = hostTool(tool);
    found.set(`/usr/bin/${tool}`, { path: `/usr/bin/${tool}`, content: readFileSync(path) });
    for (const library of librariesIn(await run("ldd", [path], { signal }))) {
      if (!exists(tree, library)) found.set(library, { path: library, content: readFileSync(library) });
    }
  }
  return [...found.values()];
}

/** Where this host keeps a program. */
export function hostTool(tool: string): string {
  const folder = systemPath.split(":").find((each) => existsSync(join(each, tool)));
  return join(folder ?? "/usr/bin", tool);
}

/** Whether the tree has the program, and not merely busybox under its name, which knows few of its options. */
export function hasRealTool(tree: TreeView, path: string): boolean {
  return exists(tree, path) && basename(tree.real(path)) !== "busybox";
}

/** Whether anything is at `path`, links followed inside the tree. */
export function exists(tree: TreeView, path: string): boolean {
  return statSync(tree.resolve(path), { throwIfNoEntry: false }) !== undefined;
}

/** `libc.so.6 => /lib/libc.so.6 (0x…)` and `/lib64/ld-linux-x86-64.so.2 (0x…)`. */
function librariesIn(text: string): readonly string[] {
  return [...text.matchAll(/(?:^|\s)(\/\S+) \(0x/gm)].map((match) => match[1] ?? "");
}
