import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** How a checksum is written: `sha256:HEX`. */
function parseChecksum(checksum: string): { readonly algorithm: string; readonly hex: string } {
  const [algorithm = "", hex = ""] = checksum.split(":", 2);
  return { algorithm: algorithm.toLowerCase(), hex: hex.toLowerCase() };
}

async function hexOf(path: string, algorithm: string, signal: AbortSignal): Promise<string> {
  const hash = createHash(algorithm);
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 }))
    hash.update(chunk as Uint8Array);
  return hash.digest("hex");
}

async function* bodyOf(
  url: string,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array | { readonly restart: true }> {
  if (url.startsWith("file:")) {
    yield { restart: true };
    for await (const chunk of createReadStream(fileURLToPath(url), { signal })) yield chunk as Uint8Array;
    return;
  }
  const response = await fetch(url, {
    signal,
    redirect: "follow",
    ...(from > 0 && { headers: { range: `bytes=${from}-` } }),
  });
  if (response.status === 416) return;
  if (!response.ok || !response.body) {
    throw Object.assign(new Error(`${url}: the server answered ${response.status} ${response.statusText}`), {
      code: "download/status",
    });
  }
  if (response.status !== 206) yield { restart: true };
  for await (const chunk of response.body) yield chunk as Uint8Array;
}

/**
 * Fetches a URL (`http`, `https`, `file`) into a file and checks it. An interrupted download leaves `TO.part`, from which the next one
 * goes on. Resolves to the path.
 */
export async function downloadFile(
  url: string,
  to: string,
  options: { readonly signal: AbortSignal; readonly checksum?: string },
): Promise<string> {
  const part = `${to}.part`;
  const already = await stat(part).then(
    (s) => s.size,
    () => 0,
  );
  const handle = await open(part, already > 0 ? "r+" : "w", 0o644);
  try {
    let at = already;
    for await (const piece of bodyOf(url, already, options.signal)) {
      if ("restart" in piece) {
        await handle.truncate(0);
        at = 0;
        continue;
      }
      for (let sent = 0; sent < piece.length; )
        sent += (await handle.write(piece, sent, piece.length - sent, at + sent)).bytesWritten;
      at += piece.length;
    }
  } finally {
    await handle.close();
  }
  if (options.checksum) {
    const { algorithm, hex } = parseChecksum(options.checksum);
    const actual = await hexOf(part, algorithm, options.signal);
    if (actual !== hex) {
      // Keeping it would make every later try start from wrong bytes.
      await rm(part, { force: true });
      throw Object.assign(new Error(`${url}: checksum is ${algorithm}:${actual}, expected ${algorithm}:${hex}`), {
        code: "download/checksum",
      });
    }
  }
  await rename(part, to);
  return to;
}
