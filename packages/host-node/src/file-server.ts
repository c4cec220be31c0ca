import type { Stats } from "node:fs";
import { createReadStream } from "node:fs";
import { open, readdir, stat } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { join, normalize, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import type { FileTree, ServeFilesOptions } from "@kiln/sdk";
import { codeOf } from "@kiln/sdk";

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

async function answer(root: FileTree, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request);
  if (path === undefined) return void response.writeHead(400).end();
  if (request.method !== "GET" && request.method !== "HEAD") return void response.writeHead(405).end();
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
  const modified = new Date(Math.floor(found.mtimeMs / 1000) * 1000);
  const headers = { "accept-ranges": "bytes", "last-modified": modified.toUTCString() };
  const since = Date.parse(request.headers["if-modified-since"] ?? "");
  if (since >= modified.getTime()) return void response.writeHead(304, headers).end();
  const range = rangeOf(request.headers.range, found.size);
  if (range === "impossible")
    return void response.writeHead(416, { ...headers, "content-range": `bytes */${found.size}` }).end();
  const [start, end] = range ?? [0, found.size];
  response.writeHead(range ? 206 : 200, {
    ...headers,
    "content-type": await typeOf(file),
    "content-length": end - start,
    ...(range && { "content-range": `bytes ${start}-${end - 1}/${found.size}` }),
  });
  if (request.method === "HEAD" || end === start) return void response.end();
  await pipeline(createReadStream(file, { start, end: end - 1 }), response);
}

/** One range, as start and end (exclusive); of several, or of what is no range, the whole is sent. */
function rangeOf(header: string | undefined, size: number): readonly [number, number] | "impossible" | undefined {
  const [, first = "", last = ""] = /^bytes=(\d*)-(\d*)$/.exec(header ?? "") ?? [];
  if (first === "" && last === "") return undefined;
  if (first === "") return Number(last) === 0 ? "impossible" : [Math.max(0, size - Number(last)), size];
  if (last !== "" && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return "impossible";
  return [Number(first), last === "" ? size : Math.min(size, Number(last) + 1)];
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
