import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Host, jsonObjectIn, messageOf, StepError } from "@kiln/sdk";
import { extract } from "tar-stream";

const largest = 1024 * 1024;

/** Reads `metadata.json` out of a box, which may be anywhere in it: reading ends there. */
export async function boxMetadata(
  path: string,
  host: Host,
  signal: AbortSignal,
): Promise<Readonly<Record<string, unknown>>> {
  const archive = extract();
  let text: string | undefined;
  archive.on("entry", (header, content, next) => {
    if (header.name.replace(/^\.\//, "") !== "metadata.json" || (header.size ?? 0) > largest) {
      content.on("end", next);
      content.resume();
      return;
    }
    const pieces: Uint8Array[] = [];
    content.on("data", (piece: unknown) => void (piece instanceof Uint8Array && pieces.push(piece)));
    content.on("end", () => {
      text = Buffer.concat(pieces).toString("utf8");
      archive.destroy();
    });
  });
  const source = Readable.from(host.files.read(path));
  try {
    if (await isGzip(path, host)) await pipeline(source, createGunzip(), archive, { signal });
    else await pipeline(source, archive, { signal });
  } catch (error) {
    signal.throwIfAborted();
    if (text === undefined)
      throw new StepError(`${path} is not a Vagrant box: ${messageOf(error)}`, {
        code: "vagrant/bad-box",
        cause: error,
      });
  }
  if (text === undefined)
    throw new StepError(`metadata.json file not found in box: ${path}`, { code: "vagrant/bad-box" });
  return parsed(text, path);
}

function parsed(text: string, path: string): Readonly<Record<string, unknown>> {
  const value = jsonObjectIn(text);
  if (value) return value;
  throw new StepError(`metadata.json of ${path} is not a JSON object`, { code: "vagrant/bad-box" });
}

async function isGzip(path: string, host: Host): Promise<boolean> {
  for await (const piece of host.files.read(path, { start: 0, end: 2 })) return piece[0] === 0x1f && piece[1] === 0x8b;
  return false;
}
