import { basename } from "node:path";
import { type Host, StepError } from "@kiln/sdk";
import type { BoxEntry } from "./provider.ts";

/** A whole file of this machine. */
export async function fileEntry(path: string, host: Host, name = basename(path)): Promise<BoxEntry> {
  const stat = await host.files.stat(path);
  if (!stat) throw new StepError(`cannot put ${path} into the box: no such file`, { code: "vagrant/no-file" });
  if (stat.kind === "directory")
    throw new StepError(`cannot put ${path} into the box: it is a directory`, { code: "vagrant/no-file" });
  return { name, size: stat.size, read: () => host.files.read(path) };
}

export function textEntry(name: string, text: string): BoxEntry {
  const bytes = new TextEncoder().encode(text);
  return {
    name,
    size: bytes.length,
    async *read() {
      yield bytes;
    },
  };
}
