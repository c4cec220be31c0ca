import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer } from "./answers.ts";
import type { SignedRequest } from "./sigv4.ts";

const mostBytes = 4 * 1024 * 1024;

export type Handler = (request: SignedRequest, signal: AbortSignal) => Promise<Answer | "drop">;

export interface RunningServer extends AsyncDisposable {
  readonly port: number;
}

/** Listens on loopback and hands over whole requests. */
export async function serve(port: number, handler: Handler): Promise<RunningServer> {
  const stop = new AbortController();
  const server = createServer((message, response) => {
    const gone = new AbortController();
    response.on("close", () => gone.abort(new Error("the client closed the connection")));
    respond(message, response, handler, AbortSignal.any([stop.signal, gone.signal])).catch(() => message.destroy());
  });
  await listen(server, port);
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      stop.abort(new Error("the local cloud is being stopped"));
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host: "127.0.0.1" }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function respond(
  message: IncomingMessage,
  response: ServerResponse,
  handler: Handler,
  signal: AbortSignal,
): Promise<void> {
  const body = await readBody(message);
  if (!body) {
    response.writeHead(413).end();
    return;
  }
  const [path = "/", query = ""] = (message.url ?? "/").split("?", 2);
  const headers = Object.fromEntries(
    Object.entries(message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(",") : value]),
  );
  const request = { method: message.method ?? "GET", path, query: [...new URLSearchParams(query)], headers, body };
  const answer = await handler(request, signal);
  if (answer === "drop") {
    message.socket.destroy();
    return;
  }
  const bytes = Buffer.from(answer.body, "utf8");
  response.writeHead(answer.status, {
    "content-type": answer.contentType,
    "content-length": bytes.length,
    "cache-control": "no-store",
    ...answer.headers,
  });
  response.end(bytes);
}

async function readBody(message: IncomingMessage): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
