import type { Files } from "@kiln/sdk";

/**
 * Removes what a failed write left of a file. Nothing else: what the user named may as well be a directory with all that is in it, or a
 * device, and then the write failed for that very reason.
 */
export async function removeHalfFile(path: string, files: Pick<Files, "remove" | "stat">): Promise<void> {
  const left = await files.stat(path, { link: true });
  if (left?.kind === "file") await files.remove(path);
}
