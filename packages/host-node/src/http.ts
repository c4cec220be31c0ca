import type { HttpRequest, HttpResponse } from "@kiln/sdk";
import { exchangeHttp } from "./http-exchange.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** As Go counts them: with the first. */
const mostRequests = 10;
/** What is for the asked host and its subdomains only. */
const confidential = new Set([
  "authorization",
  "cookie",
  "cookie2",
  "proxy-authorization",
  "www-authenticate",
  "x-consul-token",
  "x-vault-token",
]);

/** One HTTP exchange, with the redirects that the server asks for. Rejects only when there was no answer; the status is the caller's business. */
export async function requestHttp(
  input: HttpRequest,
  signal: AbortSignal,
  env: Environment = {},
): Promise<HttpResponse> {
  let asked = input;
  for (let count = 1; ; count++) {
    const response = await exchanged(asked, signal, env);
    const next = input.file === undefined && !input.keepRedirect ? redirected(asked, response) : undefined;
    if (!next) return response;
    if (count === mostRequests) throw failure(input, `stopped after ${mostRequests} redirects`);
    asked = next;
  }
}

async function exchanged(input: HttpRequest, signal: AbortSignal, env: Environment): Promise<HttpResponse> {
  try {
    return await exchangeHttp(input, signal, env);
  } catch (error) {
    signal.throwIfAborted();
    throw failure(input, reasonOf(error), error);
  }
}

/** What the server wants to be asked instead, by Go's rules; undefined where its answer is one. */
function redirected(input: HttpRequest, { status, headers }: HttpResponse): HttpRequest | undefined {
  const { location } = headers;
  if (![301, 302, 303, 307, 308].includes(status) || !location) return undefined;
  if (!URL.canParse(location, input.url)) throw failure(input, `is led to "${location}", which is no URL`);
  const from = new URL(input.url);
  const to = new URL(location, from);
  if (!/^https?:$/.test(to.protocol)) throw failure(input, `is led to ${to.protocol}//, which is not HTTP`);
  const { body, headers: given = {}, method, ...rest } = input;
  const trusted = isWithin(to.hostname, from.hostname) && !(from.protocol === "https:" && to.protocol === "http:");
  const repeats = status === 307 || status === 308;
  const left = (name: string): boolean =>
    (!trusted && confidential.has(name)) || (!repeats && name.startsWith("content-"));
  return {
    ...rest,
    url: to.href,
    method: repeats || method.toUpperCase() === "HEAD" ? method : "GET",
    headers: Object.fromEntries(Object.entries(given).filter(([name]) => !left(name.toLowerCase()))),
    ...(repeats && body !== undefined && { body }),
  };
}

function isWithin(host: string, parent: string): boolean {
  return host === parent || host.endsWith(`.${parent}`);
}

/** An attempt on each address of a name fails with all reasons, and a message that has none. */
function reasonOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(reasonOf).join(", ");
  return error instanceof Error ? error.message : String(error);
}

function failure(input: HttpRequest, why: string, cause?: unknown): Error {
  const code = typeof cause === "object" && cause && "code" in cause ? cause.code : "http/failed";
  const at = input.socketPath === undefined ? new URL(input.url).origin : `unix://${input.socketPath}`;
  return Object.assign(new Error(`${input.method} ${at}: ${why}`, { cause }), { code });
}
