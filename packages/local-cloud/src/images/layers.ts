import { mkdir, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { CapturedTree, Machines, RootTree } from "../machine/contract.ts";
import type { Store } from "../state/store.ts";

/**
 * The captured file systems, one directory each below `layers/`. Images, snapshots, volumes and instances refer to them;
 * copies share them; a directory that nothing refers to any more is removed.
 */
export class Layers {
  readonly #directory: string;
  readonly #store: Store;
  readonly #capturing = new Set<string>();

  constructor(directory: string, store: Store) {
    this.#directory = join(directory, "layers");
    this.#store = store;
  }

  /** Captures a machine under a new name; complete when it resolves, nothing left when it rejects. */
  async capture(machines: Machines, machine: string, name: string, signal: AbortSignal): Promise<CapturedTree> {
    this.#capturing.add(name);
    const target = join(this.#directory, name);
    try {
      await mkdir(this.#directory, { recursive: true, mode: 0o700 });
      return await machines.capture(machine, target, signal);
    } catch (error) {
      this.#capturing.delete(name);
      await rm(target, { recursive: true, force: true });
      throw error;
    }
  }

  /** To be called once a row refers to the capture (or none ever will). */
  settle(name: string): void {
    this.#capturing.delete(name);
  }

  /** Removes what nothing refers to: after deletions, and at start what a crash left. */
  async sweep(): Promise<void> {
    const kept = new Set(this.#trees().flatMap((tree) => tree.layers.map((path) => this.#nameOf(path))));
    const present = await readdir(this.#directory).catch(() => []);
    for (const name of present) {
      if (kept.has(name) || this.#capturing.has(name)) continue;
      await rm(join(this.#directory, name), { recursive: true, force: true });
    }
  }

  #trees(): RootTree[] {
    const rows = [
      ...this.#store.everywhere("images"),
      ...this.#store.everywhere("snapshots"),
      ...this.#store.everywhere("volumes"),
      ...this.#store.everywhere("instances").filter(({ row }) => row.state !== "terminated"),
    ];
    return rows.flatMap(({ row }) => (row.tree ? [row.tree] : []));
  }

  /** The directory directly below `layers/` that a layer's path lies in. */
  #nameOf(path: string): string {
    let at = path;
    while (dirname(at) !== this.#directory && dirname(at) !== at) at = dirname(at);
    return basename(at);
  }
}
