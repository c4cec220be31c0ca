import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface Seen {
  readonly path: string;
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly host: string | undefined;
}
type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server whose answers the test writes; `seen` are the requests so far. */
export interface FaultyServer extends AsyncDisposable {
  readonly url: string;
  readonly seen: Seen[];
}

export async function faultyServer(answer: Answer): Promise<FaultyServer> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const { range, "if-range": ifRange, host } = request.headers;
    seen.push({ path: request.url ?? "", range, ifRange: ifRange === undefined ? undefined : String(ifRange), host });
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    [Symbol.asyncDispose]: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

export interface ServingOptions {
  readonly etag?: string;
  /** Ends the connection after so many bytes of the body. */
  readonly cutAfter?: number;
  /** Answers every request with the whole. */
  readonly ignoreRange?: boolean;
  /** Answers ranges, but from another place than asked. */
  readonly shiftRange?: number;
  readonly chunked?: boolean;
}

/** One honest answer, or one that is wrong in the way the options say. */
export function serve(
  body: Uint8Array,
  request: IncomingMessage,
  response: ServerResponse,
  options: ServingOptions = {},
): void {
  const { range, "if-range": ifRange, "if-none-match": ifNoneMatch } = request.headers;
  const { etag } = options;
  const headers = { ...(etag && { etag }), "accept-ranges": "bytes" };
  if (etag && ifNoneMatch === etag) return void response.writeHead(304, headers).end();
  const asked = Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1] ?? 0);
  const from = options.ignoreRange || (ifRange !== undefined && ifRange !== etag) ? 0 : asked;
  if (from >= body.length && from > 0)
    return void response.writeHead(416, { "content-range": `bytes */${body.length}` }).end();
  const start = from > 0 ? from + (options.shiftRange ?? 0) : 0;
  const rest = body.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    ...headers,
    ...(!options.chunked && { "content-length": rest.length }),
    ...(start > 0 && { "content-range": `bytes ${start}-${body.length - 1}/${body.length}` }),
  });
  if (options.cutAfter === undefined || options.cutAfter >= rest.length) return void response.end(rest);
  response.write(rest.subarray(0, options.cutAfter), () => setTimeout(() => response.destroy(), 150));
}
