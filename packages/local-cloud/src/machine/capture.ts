import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command.ts";
import type { CapturedTree, RootTree } from "./contract.ts";

/** What of a machine goes into an image. */
export interface CaptureSource {
  readonly root: RootTree;
  /** The changes of each part, by its key; of a copied machine, the whole tree. */
  readonly changes: readonly { readonly key: string; readonly path: string }[];
  readonly kind: "overlay" | "copy";
}

/** What the next machine must not inherit: it gets its own at first boot. Relative to the root. */
const personal = ["tmp", "etc/machine-id", "var/lib/cloud/instance", "var/lib/dhcp", "run"];

/**
 * Copies a machine's changes into `target`: deletions (whiteouts), replaced directories (opaque marks), hard links, owners,
 * modes, times and extended attributes as they are. Host keys and identity are left out; what provisioning put there stays,
 * authorized keys included, as EC2 keeps them. The directory appears under its name only when it is complete.
 */
export async function captureTree(source: CaptureSource, target: string, signal: AbortSignal): Promise<CapturedTree> {
  const unfinished = `${target}.part`;
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { recursive: true });
  try {
    for (const { key, path } of source.changes) {
      await run("cp", ["--archive", "--reflink=auto", "--sparse=auto", path, join(unfinished, key)], { signal });
    }
    await forget(join(unfinished, "root"), source.kind);
    const bytes = await sizeOf(unfinished, signal);
    await rename(unfinished, target);
    return { tree: treeOf(source, target), bytes };
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

function treeOf(source: CaptureSource, target: string): RootTree {
  if (source.kind === "copy") return { base: { kind: "directory", path: join(target, "root") }, layers: [] };
  return { base: source.root.base, layers: [...source.root.layers, target] };
}

async function forget(root: string, kind: CaptureSource["kind"]): Promise<void> {
  for (const path of personal) {
    // A whiteout says that the machine deleted it; that holds for its images too.
    const found = await stat(join(root, path)).catch(() => undefined);
    if (found && !found.isCharacterDevice()) await rm(join(root, path), { recursive: true, force: true });
    if (kind === "copy" && (path === "tmp" || path === "run"))
      await mkdir(join(root, path), { mode: path === "tmp" ? 0o1777 : 0o755 });
  }
  const keys = await readdir(join(root, "etc/ssh")).catch(() => []);
  for (const name of keys) if (name.startsWith("ssh_host_")) await rm(join(root, "etc/ssh", name), { force: true });
}

async function sizeOf(folder: string, signal: AbortSignal): Promise<number> {
  return Number((await run("du", ["--summarize", "--block-size=1", folder], { signal })).split("\t")[0]);
}
