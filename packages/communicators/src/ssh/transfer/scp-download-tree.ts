import type { Buffer } from "node:buffer";
import type { Files, TransferOptions } from "@kiln/sdk";
import { excluder, messageOf, TransferError } from "@kiln/sdk";
import type { ScpRecord } from "./scp-download.ts";

const smallest = 64 * 1024;
const together = 16;

/**
 * Writes what a far side sends below `localDir`, which is made where it is missing. Small files are written several at a time.
 * `records` come from scp, or from sftp in the same form.
 */
export async function writeTree(
  records: AsyncIterable<ScpRecord>,
  files: Files,
  localDir: string,
  options: TransferOptions & { readonly exclude?: readonly string[]; readonly backslashSeparates: boolean },
): Promise<void> {
  const excluded = excluder(options.exclude);
  const path: string[] = [];
  const root = localDir.replace(/(?<=.)\/+$/, "");
  const writing = new Set<Promise<void>>();
  const problems: unknown[] = [];
  await local(files.makeDirectory(root, { recursive: true }), root);
  for await (const record of records) {
    if (record.is === "up") {
      path.pop();
      continue;
    }
    if (options.backslashSeparates && record.name.includes("\\")) {
      throw new TransferError(
        "transfer/local",
        `a file with the name ${JSON.stringify(record.name)} cannot be written here`,
      );
    }
    const below = [...path, record.name];
    // The copied directory's own name is no part of what patterns see.
    const seen = below.slice(path.length > 0 ? 1 : 0);
    const skip =
      path.includes("") ||
      (excluded !== undefined && path.length > 0 && hides(excluded, seen, record.is === "directory"));
    const target = `${root}/${below.join("/")}`;
    if (record.is === "directory") {
      path.push(skip ? "" : record.name);
      if (!skip) await local(files.makeDirectory(target, { recursive: true, mode: record.mode | 0o700 }), target);
      continue;
    }
    if (skip) {
      for await (const _ of record.bytes());
    } else if (record.size > smallest) {
      await local(files.write(target, record.bytes(), { mode: record.mode }), target);
    } else {
      const chunks: Buffer[] = [];
      for await (const bytes of record.bytes()) chunks.push(bytes);
      const write = local(files.write(target, from(chunks), { mode: record.mode }), target)
        .catch((error: unknown) => void problems.push(error))
        .finally(() => writing.delete(write));
      writing.add(write);
      if (writing.size >= together) await Promise.race(writing);
    }
    if (problems.length > 0) break;
  }
  await Promise.all(writing);
  if (problems.length > 0) throw problems[0];
}

function hides(
  excluded: (path: string, directory: boolean) => boolean,
  names: readonly string[],
  directory: boolean,
): boolean {
  return excluded(names.join("/"), directory);
}

async function* from(chunks: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function local(work: Promise<void>, path: string): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TransferError || (error instanceof Error && error.name === "AbortError")) throw error;
    throw new TransferError("transfer/local", `${path} cannot be written: ${messageOf(error)}`, error);
  }
}
