import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { codeOf } from "@kiln/sdk";

/**
 * Makes a directory and those above it that are missing. Node's own way never ends where a directory that is there says that it is not
 * (`mkdir /proc/x`).
 */
export async function makeDirectories(path: string, mode: number | undefined): Promise<void> {
  const options = mode === undefined ? {} : { mode };
  try {
    return await mkdir(path, options);
  } catch (error) {
    const above = ["ENOENT", "ENOTDIR"].includes(codeOf(error) ?? "") && dirname(path) !== path;
    if (!above) return acceptDirectory(path, error);
  }
  await makeDirectories(dirname(path), mode);
  try {
    await mkdir(path, options);
  } catch (error) {
    await acceptDirectory(path, error);
  }
}

/** Whatever the reason (it exists, a file system that is read-only), a directory that is there is what was asked for. */
async function acceptDirectory(path: string, refusal: unknown): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return;
  if (codeOf(refusal) !== "EEXIST") throw refusal;
  throw Object.assign(new Error(`${path} is not a directory`, { cause: refusal }), { code: "ENOTDIR" });
}
