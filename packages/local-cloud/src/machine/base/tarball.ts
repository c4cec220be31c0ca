import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../command.ts";
import { MachineError } from "../machine-error.ts";

/**
 * The directory that a root file system's tarball was extracted to, once: named by the file's content, so that the same file
 * under another name, or touched, is found again, and a changed one is not mistaken for it.
 */
export async function extractedTarball(path: string, cache: string, signal: AbortSignal): Promise<string> {
  const target = join(cache, await digest(path, signal));
  if (await isFolder(target)) return target;
  const unfinished = `${target}.${process.pid}.part`;
  await mkdir(unfinished, { recursive: true });
  try {
    await run(
      "tar",
      ["--extract", "--file", path, "--directory", unfinished, "--numeric-owner", "--preserve-permissions"],
      { signal },
    );
    if (!(await isFolder(join(unfinished, "bin"))) && !(await isFolder(join(unfinished, "usr/bin")))) {
      throw new MachineError("image", `"${path}" is not a root file system: it has neither /bin nor /usr/bin`);
    }
    await rename(unfinished, target).catch(async (error: unknown) => {
      // Another process was faster.
      if (!(await isFolder(target))) throw error;
    });
    return target;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function digest(path: string, signal: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1024 * 1024 }))
    hash.update(chunk as Buffer);
  return hash.digest("hex").slice(0, 32);
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
