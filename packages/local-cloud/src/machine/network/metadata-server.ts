import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { MachineSpec } from "../contract.ts";

type Asked = Pick<MachineSpec, "metadata" | "metadataOptions">;

interface Token {
  readonly address: string;
  readonly expires: number;
}

const longestLife = 21_600;

/**
 * The instance metadata service for all machines of a network: who asks is told by the address they ask from. Version 2
 * (`PUT /latest/api/token`) always, version 1 where the machine's options do not require tokens; 401, 403 and 405 as EC2
 * documents them. Hop limits are not enforced: nothing here lies behind a hop.
 */
export async function startMetadataServer(
  host: string,
  find: (address: string) => Asked | undefined,
): Promise<AsyncDisposable & { readonly port: number }> {
  const tokens = new Map<string, Token>();
  const server = createServer((request, response) => {
    const address = (request.socket.remoteAddress ?? "").replace(/^::ffff:/, "");
    const asked = find(address);
    if (!asked || !asked.metadataOptions.enabled) return reply(response, 403, "Forbidden");
    answer(asked, address, request, response, tokens);
  });
  server.keepAliveTimeout = 1_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, host, resolve);
  });
  const bound = server.address();
  return {
    port: typeof bound === "object" && bound ? bound.port : 0,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function answer(
  asked: Asked,
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
  tokens: Map<string, Token>,
): void {
  const path = decodeURI((request.url ?? "/").split("?")[0] ?? "/");
  if (request.method === "PUT" && path === "/latest/api/token") return issue(address, request, response, tokens);
  if (request.method !== "GET" && request.method !== "HEAD") return reply(response, 405, "Method Not Allowed");
  const given = request.headers["x-aws-ec2-metadata-token"];
  const isKnown = typeof given === "string" && isValid(tokens.get(given), address);
  if (given === undefined ? asked.metadataOptions.tokensRequired : !isKnown)
    return reply(response, 401, "Unauthorized");
  const text = lookUp(asked, path);
  if (text === undefined) return reply(response, 404, "Not Found");
  reply(response, 200, text);
}

/** `/2021-07-15/meta-data/x` is the same as `/latest/meta-data/x`; a missing slash at the end of a folder is forgiven. */
function lookUp(asked: Asked, path: string): string | undefined {
  const latest = path.replace(/^\/\d{4}-\d{2}-\d{2}(?=\/|$)/, "/latest");
  return (
    asked.metadata(latest) ??
    (latest.endsWith("/") ? asked.metadata(latest.slice(0, -1)) : asked.metadata(`${latest}/`))
  );
}

function issue(address: string, request: IncomingMessage, response: ServerResponse, tokens: Map<string, Token>): void {
  const life = Number(request.headers["x-aws-ec2-metadata-token-ttl-seconds"]);
  if (request.headers["x-forwarded-for"] !== undefined) return reply(response, 403, "Forbidden");
  if (!Number.isInteger(life) || life < 1 || life > longestLife) return reply(response, 400, "Bad Request");
  for (const [known, { expires }] of tokens) if (expires < Date.now()) tokens.delete(known);
  const token = randomBytes(42).toString("base64");
  tokens.set(token, { address, expires: Date.now() + life * 1000 });
  response.setHeader("X-aws-ec2-metadata-token-ttl-seconds", String(life));
  reply(response, 200, token);
}

function isValid(token: Token | undefined, address: string): boolean {
  return token !== undefined && token.address === address && token.expires >= Date.now();
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, {
    "Content-Type": "text/plain",
    Server: "EC2ws",
    "Content-Length": Buffer.byteLength(text),
  });
  response.end(text);
}
