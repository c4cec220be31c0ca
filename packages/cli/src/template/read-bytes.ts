import { resolve } from "node:path";
import { codeOf, messageOf } from "@kiln/sdk";
import type { Io } from "../io.ts";

/** A whole file; the path is relative to the working directory. */
export async function bytesOf(io: Io, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.host.files.read(resolve(io.host.cwd, path))) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}

const refusals: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
};

/** Why a file could not be read, in few words. */
export function readRefusal(error: unknown): string {
  return refusals[codeOf(error) ?? ""] ?? messageOf(error);
}
