import { posix } from "node:path";
import { messageOf } from "@kiln/sdk";
import { type Attributes, FileRefusal, type MachineFiles } from "../files/machine-files.ts";
import type { ScpCommand } from "./scp-command.ts";
import type { ScpWire } from "./scp-wire.ts";

const kindMask = 0o170000;
const directory = 0o040000;

/** `scp -f`: gives files and directories, each record after the client's agreement. The exit status. */
export async function scpFrom(wire: ScpWire, files: MachineFiles, command: ScpCommand): Promise<number> {
  if (!(await wire.agreed())) return 1;
  let clean = true;
  for (const path of command.paths) clean = (await give(await files.absolute(path))) && clean;
  return clean ? 0 : 1;

  async function give(path: string): Promise<boolean> {
    try {
      const attributes = await files.stat(path, true);
      const isDirectory = ((attributes.mode ?? 0) & kindMask) === directory;
      if (isDirectory && !command.recursive) throw new FileRefusal("other", `${path}: not a regular file`);
      return isDirectory ? await giveDirectory(path, attributes) : await giveFile(path);
    } catch (error) {
      if (!(error instanceof FileRefusal)) throw error;
      await wire.complain(messageOf(error));
      return false;
    }
  }

  async function giveDirectory(path: string, attributes: Attributes): Promise<boolean> {
    const entries = await files.list(path);
    if (!(await announce("D", path, { ...attributes, size: 0 }))) return false;
    let good = true;
    for (const { name } of entries) good = (await give(`${path}/${name}`)) && good;
    await wire.send("E\n");
    return (await wire.agreed()) && good;
  }

  async function giveFile(path: string): Promise<boolean> {
    const reader = await files.read(path, 0);
    try {
      const { size = 0 } = reader.attributes;
      if (!(await announce("C", path, reader.attributes))) return false;
      let left = size;
      let trouble: unknown;
      while (left > 0 && trouble === undefined) {
        const piece = await reader.next().catch((error: unknown) => {
          trouble = error;
        });
        if (!piece) trouble ??= new FileRefusal("other", `${path} became shorter while it was read`);
        else await wire.send(piece.subarray(0, left));
        left -= Math.min(left, piece?.length ?? 0);
      }
      // The size has been promised: what is missing is filled up, and owned up to.
      while (left > 0) {
        const filler = new Uint8Array(Math.min(left, 64 * 1024));
        await wire.send(filler);
        left -= filler.length;
      }
      await (trouble === undefined ? wire.fine() : wire.complain(messageOf(trouble)));
      return (await wire.agreed()) && trouble === undefined;
    } finally {
      reader.close();
    }
  }

  async function announce(kind: "C" | "D", path: string, attributes: Attributes): Promise<boolean> {
    const { size = 0, mode = 0o644, times } = attributes;
    if (command.preserve && times) {
      await wire.send(`T${times.modified} 0 ${times.accessed} 0\n`);
      if (!(await wire.agreed())) return false;
    }
    await wire.send(`${kind}${(mode & 0o7777).toString(8).padStart(4, "0")} ${size} ${posix.basename(path)}\n`);
    return wire.agreed();
  }
}
