import type { Stats } from "node:fs";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, normalize, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileTree, ServeFilesOptions } from "@kiln/sdk";
import { codeOf } from "@kiln/sdk";
import { type ByteRange, byteRanges, contentRange, type Multipart, multipart } from "./byte-ranges.ts";

/** The decoded path of a request, or undefined where it tries to leave the tree. */
function pathOf(request: IncomingMessage): string | undefined {
  try {
    const decoded = decodeURIComponent((request.url ?? "/").split("?", 1)[0] ?? "/");
    if (decoded.includes("\0")) return undefined;
    const clean = normalize(decoded);
    return clean.split(sep).includes("..") ? undefined : clean;
  } catch {
    return undefined;
  }
}

/** Whatever the method, as Go's servers of files do: some installers post. */
async function answer(root: FileTree, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === undefined) return void response.writeHead(400).end();
  if ("content" in root) {
    const body = root.content[path];
    if (body === undefined) return void response.writeHead(404).end("404 page not found\n");
    response.writeHead(200, { "content-type": "text/plain; charset=utf-8", "content-length": Buffer.byteLength(body) });
    return void response.end(request.method === "HEAD" ? undefined : body);
  }
  const file = join(root.directory, path);
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) return answerDirectory(file, path, request, response);
  if (!found?.isFile() || path.endsWith("/")) return void response.writeHead(404).end("404 page not found\n");
  await sendFile(file, found, request, response);
}

/** Its index page, or a list of what is in it: installers walk through package trees that way. */
async function answerDirectory(
  folder: string,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (!path.endsWith("/"))
    return void response.writeHead(301, { location: `${encodeURIComponent(path.split("/").at(-1) ?? "")}/` }).end();
  const index = join(folder, "index.html");
  const page = await stat(index).catch(() => undefined);
  if (page?.isFile()) return sendFile(index, page, request, response);
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.map((entry) => (entry.isDirectory() ? `${entry.name}/` : entry.name)).sort();
  const links = names.map((name) => `<a href="${encodeURI(name).replaceAll("#", "%23")}">${escaped(name)}</a>\n`);
  const body = `<pre>\n${links.join("")}</pre>\n`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);
}

async function sendFile(file: string, found: Stats, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { size, mtimeMs } = found;
  const modified = new Date(Math.floor(mtimeMs / 1000) * 1000);
  const headers = { "accept-ranges": "bytes", "last-modified": modified.toUTCString() };
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  const conditional = request.method === "GET" || request.method === "HEAD";
  if (conditional && since >= modified.getTime()) return void response.writeHead(304, headers).end();
  const ranges = byteRanges(request.headers.range, size);
  if (ranges === "impossible")
    return void response.writeHead(416, { ...headers, "content-range": `bytes */${size}` }).end();
  const type = await typeOf(file);
  const [range = { start: 0, end: size }, ...more] = ranges;
  if (more.length > 0) {
    const parts = multipart(ranges, size, type);
    response.writeHead(206, { ...headers, "content-type": parts.type, "content-length": parts.length });
    if (request.method === "HEAD") return void response.end();
    return pipeline(multipartBody(file, ranges, parts), response);
  }
  const { start, end } = range;
  response.writeHead(ranges.length > 0 ? 206 : 200, {
    ...headers,
    "content-type": type,
    "content-length": end - start,
    ...(ranges.length > 0 && { "content-range": contentRange(range, size) }),
  });
  if (request.method === "HEAD" || end === start) return void response.end();
  await pipeline(createReadStream(file, { start, end: end - 1 }), response);
}

async function* multipartBody(
  file: string,
  ranges: readonly ByteRange[],
  { heads, end }: Multipart,
): AsyncGenerator<Uint8Array> {
  for (const [i, range] of ranges.entries()) {
    yield Buffer.from(heads[i] ?? "");
    yield* createReadStream(file, { start: range.start, end: range.end - 1 });
  }
  yield Buffer.from(end);
}

/** By name where it matters, else by a look at the first bytes. */
async function typeOf(file: string): Promise<string> {
  if (/\.html?$/i.test(file)) return "text/html; charset=utf-8";
  if (/\.xml$/i.test(file)) return "text/xml; charset=utf-8";
  if (/\.json$/i.test(file)) return "application/json";
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    const isText = buffer.subarray(0, bytesRead).every((byte) => byte >= 0x20 || [9, 10, 12, 13, 27].includes(byte));
    return isText ? "text/plain; charset=utf-8" : "application/octet-stream";
  } finally {
    await handle.close();
  }
}

function listening(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

/** Serves a directory or literal content over HTTP (`http_directory`, `http_content`) on the first free port of the range. */
export async function serveFiles(
  root: FileTree,
  { address, ports: [low, high] }: ServeFilesOptions,
): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((request, response) => {
    answer(root, request, response).catch(() => response.destroy());
  });
  for (let port = low; port <= high; port++) {
    try {
      await listening(server, port, address);
      return {
        port,
        [Symbol.asyncDispose]: () =>
          new Promise<void>((done) => {
            server.close(() => done());
            server.closeAllConnections();
          }),
      };
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE") throw error;
    }
  }
  throw Object.assign(new Error(`no free port for the HTTP server between ${low} and ${high}`), { code: "EADDRINUSE" });
}
