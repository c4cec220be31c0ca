import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  readonly line: string;
  readonly authorization: string | undefined;
  readonly length: string | undefined;
  readonly body: Buffer;
}
export interface Reply {
  readonly status?: number;
  readonly body?: unknown;
}
/** A service on loopback: `reply` says what each request gets; `asked` are the requests so far. */
export interface FakeService extends AsyncDisposable {
  readonly url: string;
  readonly asked: Asked[];
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}

export async function fakeService(
  reply: (line: string, asked: Asked, url: string) => Reply | "hang up",
): Promise<FakeService> {
  const asked: Asked[] = [];
  let url = "";
  const server = createServer((request, response) => {
    void bodyOf(request).then(
      (body) => {
        const line = `${request.method} ${request.url}`;
        const { authorization, "content-length": length } = request.headers;
        const one = { line, authorization, length, body };
        asked.push(one);
        const answer = reply(line, one, url);
        if (answer === "hang up") return void response.destroy();
        response.writeHead(answer.status ?? 200, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body ?? {}));
      },
      () => response.destroy(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
