import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type ArchiveForm, codeOf, DownloadError, messageOf } from "@kiln/sdk";

/** Programs that write the archive's only file to standard output, and one that lists what is in it. */
interface Tool {
  readonly list?: readonly [string, ...string[]];
  readonly extract: readonly [string, ...string[]];
}

function tar(option: string): Tool {
  return { list: ["tar", `-t${option}f`], extract: ["tar", `-xO${option}f`] };
}

const tools: Readonly<Record<Exclude<ArchiveForm, "gz" | "zst">, Tool>> = {
  bz2: { extract: ["bzip2", "-dc"] },
  xz: { extract: ["xz", "-dc"] },
  zip: { list: ["unzip", "-Z1"], extract: ["unzip", "-p"] },
  tar: tar(""),
  "tar.gz": tar("z"),
  tgz: tar("z"),
  "tar.bz2": tar("j"),
  tbz2: tar("j"),
  "tar.xz": tar("J"),
  txz: tar("J"),
  "tar.zst": { list: ["tar", "--zstd", "-tf"], extract: ["tar", "--zstd", "-xOf"] },
  tzst: { list: ["tar", "--zstd", "-tf"], extract: ["tar", "--zstd", "-xOf"] },
};

/** Unpacks the one file of an archive; `to` is there whole or not at all. */
export async function unpackFile(from: string, to: string, form: ArchiveForm, signal: AbortSignal): Promise<void> {
  const whole = `${to}.unpacking`;
  try {
    if (form === "gz" || form === "zst") {
      const { createGunzip, createZstdDecompress } = await import("node:zlib");
      const opened = form === "gz" ? createGunzip() : createZstdDecompress();
      await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), opened, createWriteStream(whole), { signal });
    } else await throughProgram(tools[form], from, whole, signal);
    await rename(whole, to);
  } catch (error) {
    await rm(whole, { force: true });
    signal.throwIfAborted();
    if (codeOf(error) === "ENOSPC" || error instanceof DownloadError) throw error;
    throw new DownloadError("download/unpack", `cannot unpack ${from} as ${form}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function throughProgram(tool: Tool, from: string, to: string, signal: AbortSignal): Promise<void> {
  if (tool.list) {
    const names: string[] = [];
    await ran(tool.list, from, signal, async (output) => {
      let text = "";
      for await (const chunk of output) text += String(chunk);
      names.push(...text.split("\n").filter((name) => name !== "" && !name.endsWith("/")));
    });
    if (names.length !== 1)
      throw new DownloadError(
        "download/unpack",
        `an archive of an image holds one file, this one holds ${names.length}: ${names.slice(0, 5).join(", ")}`,
      );
  }
  await ran(tool.extract, from, signal, (output) => pipeline(output, createWriteStream(to), { signal }));
}

async function ran(
  [program, ...args]: readonly [string, ...string[]],
  file: string,
  signal: AbortSignal,
  take: (output: Readable) => Promise<void>,
): Promise<void> {
  const { spawn } = await import("node:child_process");
  const child = spawn(program, [...args, file], { stdio: ["ignore", "pipe", "pipe"], signal });
  let complaints = "";
  child.stderr.on("data", (bytes: Uint8Array) => {
    complaints = (complaints + String(bytes)).slice(0, 500);
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.once("error", (error) =>
      reject(codeOf(error) === "ENOENT" ? new Error(`the program ${program} is not installed`) : error),
    );
    child.once("close", (code) =>
      code === 0 ? resolve() : reject(new Error(`${program} ended with ${code}: ${complaints.trim()}`)),
    );
  });
  try {
    await Promise.all([take(child.stdout), ended]);
  } finally {
    child.kill("SIGKILL");
    await ended.catch(() => {});
  }
}
