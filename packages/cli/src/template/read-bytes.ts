import { resolve } from "node:path";
import type { Io } from "../io.ts";

/** A whole file; the path is relative to the working directory. */
export async function bytesOf(io: Io, path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of io.host.files.read(resolve(io.host.cwd, path))) chunks.push(chunk);
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
}
