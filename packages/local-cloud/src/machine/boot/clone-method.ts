import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { attempt } from "../command.ts";
import { type CloneMethod, overlayOptions } from "./boot-script.ts";

/** What was found, and a sentence where it is less than the best. */
export interface CloneFinding {
  readonly method: CloneMethod;
  readonly notes: readonly string[];
}

const candidates: readonly CloneMethod[] = [
  { kind: "nested", volatile: true },
  { kind: "nested", volatile: false },
  { kind: "direct", volatile: true },
  { kind: "direct", volatile: false },
];

/**
 * Finds out how trees can be cloned here by trying, in a mount namespace that ends with the try: kernels, file systems and
 * containers differ in more ways than could be asked about.
 */
export async function findCloneMethod(stateDirectory: string, signal: AbortSignal): Promise<CloneFinding> {
  const folder = join(stateDirectory, `probe-${process.pid}-${Date.now().toString(36)}`);
  await mkdir(folder, { recursive: true });
  try {
    for (const method of candidates) {
      const isDone = await attempt("unshare", ["--mount", "sh", "-euc", trial(method)], { cwd: folder, signal });
      await rm(join(folder, "work"), { recursive: true, force: true });
      if (isDone) return { method, notes: [] };
    }
    const why = `"${stateDirectory}" cannot hold the writable side of an overlay (it is probably on one itself, as in a container): machines are full copies, which takes seconds and disk space. A directory on another file system makes them instant.`;
    return { method: { kind: "copy", volatile: false }, notes: [why] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A layer below, a skin in memory, the host under both: as a machine of an image is. */
function trial(method: CloneMethod): string {
  const nested = method.kind === "nested";
  return `mkdir -p layer upper work skin view root
mount -t tmpfs skin skin
mkdir skin/skin skin/mask
${nested ? "mount -t overlay -o ro,lowerdir=skin/skin:skin/mask:/ base view" : ""}
mount -t overlay -o lowerdir=layer:${nested ? "view" : "skin/skin:skin/mask:/"},upperdir=upper,workdir=work,${overlayOptions(method)} machine root
[ -d root/etc ]
: >root/etc/.rehearsal-probe
mkdir root/etc/.rehearsal-folder
mv root/etc/.rehearsal-folder root/etc/.rehearsal-moved
rm -rf root/etc/.rehearsal-probe root/etc/.rehearsal-moved`;
}
