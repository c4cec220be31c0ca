import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, readdirSync, type Stats, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "../command.ts";

/**
 * Two thin directory trees that lie over one part of a base system: a *skin* (new files and empty directories) over a *mask*
 * (whiteouts). A whiteout in the lower of the two hides what the base has, a plain directory of that name in the upper shows
 * an empty one. Together they say "opaque" without extended attributes, which Node cannot write.
 */
export class Cover {
  readonly skin: string;
  readonly mask: string;
  private readonly base: string;
  private readonly whiteout: string;

  private constructor(folder: string, base: string) {
    this.skin = join(folder, "skin");
    this.mask = join(folder, "mask");
    this.whiteout = join(folder, "whiteout");
    this.base = base;
  }

  /**
   * A cover in `folder` for the tree at `base`. Whiteouts are device nodes, which overlays themselves refuse to hold: where
   * trees are copied, and no kernel reads them, they are plain files.
   */
  static async create(folder: string, base: string, whiteouts: "device" | "file"): Promise<Cover> {
    const cover = new Cover(folder, base);
    for (const path of [cover.skin, cover.mask]) mkdirSync(path, { recursive: true });
    alike(cover.skin, lstatSync(base));
    alike(cover.mask, lstatSync(base));
    // One device node, linked wherever something is hidden: the kernel shares its whiteouts the same way.
    if (whiteouts === "device") await run("mknod", [cover.whiteout, "c", "0", "0"]);
    else writeFileSync(cover.whiteout, "");
    return cover;
  }

  /** Hides whatever the base has at `path`. False when a directory above it is hidden already. */
  hide(path: string): boolean {
    if (!this.parents(path, this.mask)) return false;
    const at = join(this.mask, path);
    if (!lstatSync(at, { throwIfNoEntry: false })) linkSync(this.whiteout, at);
    return true;
  }

  /** Shows an empty directory at `path`, as the base's own where it has one. */
  empty(path: string, mode?: number): void {
    const found = this.inBase(path);
    if (found && !found.isDirectory()) return;
    if (found && !this.hide(path)) return;
    this.folder(path, found, mode);
  }

  /** Shows the base's directories below `path` and none of their files. */
  hollow(path: string): void {
    const found = this.inBase(path);
    if (!found?.isDirectory() || !this.hide(path)) return;
    this.copyFolders(path, found);
  }

  /** Puts a file of our own at `path`; directories on the way are made where the base has none. */
  write(path: string, content: string | Buffer, mode: number, group = 0): void {
    this.parents(path, this.skin);
    const at = join(this.skin, path);
    writeFileSync(at, content);
    chownSync(at, 0, group);
    chmodSync(at, mode);
  }

  /** What the base has at `path`, links not followed. */
  inBase(path: string): Stats | undefined {
    return lstatSync(join(this.base, path), { throwIfNoEntry: false });
  }

  /** The names in a directory of the base. */
  names(path: string): readonly string[] {
    return this.inBase(path)?.isDirectory() ? readdirSync(join(this.base, path)) : [];
  }

  private copyFolders(path: string, found: Stats): void {
    this.folder(path, found);
    for (const entry of readdirSync(join(this.base, path), { withFileTypes: true })) {
      const child = join(path, entry.name);
      const below = entry.isDirectory() ? this.inBase(child) : undefined;
      if (below) this.copyFolders(child, below);
    }
  }

  private folder(path: string, like: Stats | undefined, mode?: number): void {
    this.parents(path, this.skin);
    const at = join(this.skin, path);
    mkdirSync(at, { recursive: true });
    if (like) alike(at, like);
    if (mode !== undefined) chmodSync(at, mode);
  }

  /** Makes the way to `path` in a tree, each directory as the base has it. False when the base's way ends or turns off. */
  private parents(path: string, tree: string): boolean {
    const parent = dirname(path);
    if (parent === "/" || parent === ".") return true;
    if (!this.parents(parent, tree)) return false;
    const like = this.inBase(parent);
    const at = join(tree, parent);
    const there = lstatSync(at, { throwIfNoEntry: false });
    if (there) return there.isDirectory();
    if (tree === this.mask && !like?.isDirectory()) return false;
    mkdirSync(at);
    if (like?.isDirectory()) alike(at, like);
    return true;
  }
}

function alike(path: string, like: Stats): void {
  chownSync(path, like.uid, like.gid);
  chmodSync(path, like.mode & 0o7777);
}
