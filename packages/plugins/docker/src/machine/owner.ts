import { type ContainerEngine, EngineError } from "../engine/engine.ts";
import { readTar } from "../tar/read-tar.ts";

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}
export const root: Owner = { uid: 0, gid: 0 };

/**
 * Who a container's user is by number: `app`, `1000`, `app:staff`, `1000:1000`. Names are looked up in the container's own files, without
 * running anything in it.
 */
export async function ownerOf(
  engine: Pick<ContainerEngine, "getArchive">,
  container: string,
  user: string,
  signal: AbortSignal,
): Promise<Owner> {
  const [name = "", group] = user.split(":");
  if (name === "" || name === "root" || name === "0") {
    return { uid: 0, gid: group ? await groupId(group) : 0 };
  }
  if (/^\d+$/.test(name)) return { uid: Number(name), gid: group ? await groupId(group) : 0 };
  const [, , uid, gid] = await row("/etc/passwd", name);
  return { uid: Number(uid), gid: group ? await groupId(group) : Number(gid) };

  async function groupId(given: string): Promise<number> {
    return /^\d+$/.test(given) ? Number(given) : Number((await row("/etc/group", given))[2]);
  }
  async function row(file: string, wanted: string): Promise<readonly string[]> {
    const text = await fileText(engine, container, file, signal);
    const found = text
      .split("\n")
      .map((line) => line.split(":"))
      .find(([first]) => first === wanted);
    if (found) return found;
    throw new EngineError("docker/not-found", `the container's user ${user} is not in its ${file}`);
  }
}

async function fileText(
  engine: Pick<ContainerEngine, "getArchive">,
  container: string,
  path: string,
  signal: AbortSignal,
): Promise<string> {
  for await (const { bytes } of readTar(engine.getArchive(container, path, signal))) {
    const pieces: Uint8Array[] = [];
    for await (const piece of bytes) pieces.push(piece);
    return Buffer.concat(pieces).toString("utf8");
  }
  return "";
}
