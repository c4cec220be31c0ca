import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
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
    response.writeHead(200, { "content-length": Buffer.byteLength(body) });
    return void response.end(request.method === "HEAD" ? undefined : body);
  }
  const file = join(root.directory, path);
  const found = await stat(file).catch(() => undefined);
  if (!found?.isFile()) return void response.writeHead(404).end("404 page not found\n");
  response.writeHead(200, { "content-length": found.size });
  if (request.method === "HEAD") return void response.end();
  await pipeline(createReadStream(file), response);
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
