import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import { DownloadError } from "@kiln/sdk";
import type { SourceRecord } from "./download-record.ts";
import { agentFor } from "./http-agent.ts";

export interface HttpOptions {
  /** For HTTP_PROXY, HTTPS_PROXY and NO_PROXY. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
  /** Longest silence in milliseconds. */
  readonly stallMs: number;
}
/** A body on its way. */
export interface Arriving {
  /** Where in the file its first byte belongs. */
  readonly start: number;
  /** Of the whole file, where the server tells. */
  readonly total: number | undefined;
  readonly validators: Pick<SourceRecord, "etag" | "lastModified">;
  readonly body: AsyncIterable<Uint8Array>;
  close(): void;
}
interface Ask {
  /** Bytes that are here already. */
  readonly from: number;
  /** Of which version they are, where known. */
  readonly part: SourceRecord | undefined;
  /** A whole file that is here: fetch only what is newer. */
  readonly known: SourceRecord | undefined;
}

const mostRedirects = 10;

/** The URL without its password, for people. */
export function shownUrl(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^/:@]*):[^/@]*@/i, "$1:…@");
}

/** Asks for a file, or for what is missing of it. */
export async function openHttp(url: string, ask: Ask, options: HttpOptions): Promise<Arriving | "unchanged"> {
  const response = await followed(url, headersFor(ask), options);
  const { statusCode = 0, statusMessage = "", headers } = response;
  const validators = {
    ...(headers.etag && !headers.etag.startsWith("W/") && { etag: headers.etag }),
    ...(headers["last-modified"] && { lastModified: headers["last-modified"] }),
  };
  const close = (): void => void response.destroy();
  if (statusCode === 304 && ask.known) {
    close();
    return "unchanged";
  }
  if (statusCode === 206 && ask.from > 0) {
    const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers["content-range"] ?? "") ?? [];
    if (Number(start) === ask.from)
      return {
        start: ask.from,
        total: total === undefined || total === "*" ? undefined : Number(total),
        validators,
        body: watched(response, url, options),
        close,
      };
  }
  if (statusCode === 206 || statusCode === 416) {
    // A range that was not asked for, or none left: only the whole is certain.
    close();
    if (ask.from === 0) throw refusedBy(url, statusCode, statusMessage);
    return openHttp(url, { from: 0, part: undefined, known: undefined }, options);
  }
  if (statusCode !== 200) {
    close();
    throw refusedBy(url, statusCode, statusMessage);
  }
  const length = headers["content-length"];
  return {
    start: 0,
    total: length === undefined ? undefined : Number(length),
    validators,
    body: watched(response, url, options),
    close,
  };
}

function refusedBy(url: string, status: number, message: string): DownloadError {
  return new DownloadError("download/status", `${shownUrl(url)}: the server answered ${status} ${message}`.trimEnd());
}

function headersFor({ from, part, known }: Ask): Readonly<Record<string, string>> {
  const headers: Record<string, string> = { "accept-encoding": "identity", accept: "*/*" };
  if (from > 0) {
    headers.range = `bytes=${from}-`;
    const validator = part?.etag ?? part?.lastModified;
    if (validator) headers["if-range"] = validator;
  } else if (known?.etag) headers["if-none-match"] = known.etag;
  else if (known?.lastModified) headers["if-modified-since"] = known.lastModified;
  return headers;
}

async function followed(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: HttpOptions,
): Promise<IncomingMessage> {
  let at = url;
  for (let hops = 0; hops <= mostRedirects; hops++) {
    const response = await requested(at, headers, options);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode ?? 0) || location === undefined) return response;
    response.destroy();
    if (!URL.canParse(location, at))
      throw new DownloadError("download/refused", `${shownUrl(at)} leads to "${location}", which is no URL`);
    const next = new URL(location, at);
    if (!/^https?:$/.test(next.protocol))
      throw new DownloadError("download/refused", `${shownUrl(at)} leads to ${next.protocol}//, which is not HTTP`);
    if (at.startsWith("https:") && next.protocol === "http:")
      throw new DownloadError("download/refused", `${shownUrl(at)} leads from https to http: ${shownUrl(next.href)}`);
    at = next.href;
  }
  throw new DownloadError("download/refused", `${shownUrl(url)}: more than ${mostRedirects} redirects`);
}

/** Resolves at the headers of the answer. */
async function requested(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: HttpOptions,
): Promise<IncomingMessage> {
  const { signal, stallMs } = options;
  const { request } = url.startsWith("https:") ? await import("node:https") : await import("node:http");
  const agent = await agentFor(url, options.env, {}, signal);
  const settings: RequestOptions = { headers, agent, signal };
  return await new Promise<IncomingMessage>((resolve, reject) => {
    const asked: ClientRequest = request(url, settings, resolve);
    const silence = setTimeout(() => asked.destroy(stalled(url, stallMs)), stallMs);
    asked.once("error", (error) => reject(signal.aborted ? signal.reason : named(error, url)));
    asked.once("response", () => clearTimeout(silence));
    asked.once("close", () => clearTimeout(silence));
    asked.end();
  });
}

function stalled(url: string, stallMs: number): DownloadError {
  return new DownloadError("download/stalled", `${shownUrl(url)}: the server was silent for ${stallMs / 1000} s`);
}

/** `connect ECONNREFUSED 127.0.0.1:1` says nothing of the URL. */
function named(error: Error, url: string): Error {
  if (error instanceof DownloadError) return error;
  const code = "code" in error ? { code: error.code } : {};
  return Object.assign(new Error(`${shownUrl(url)}: ${error.message}`, { cause: error }), code);
}

/** The body, ended with an error when it stops coming. */
async function* watched(
  response: IncomingMessage,
  url: string,
  { stallMs, signal }: HttpOptions,
): AsyncGenerator<Uint8Array> {
  const silence = setTimeout(() => response.destroy(stalled(url, stallMs)), stallMs);
  try {
    for await (const chunk of response) {
      silence.refresh();
      yield chunk as Uint8Array;
      // The reader's own time is not the server's silence.
      silence.refresh();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DownloadError) throw error;
    throw new DownloadError("download/interrupted", `${shownUrl(url)}: the connection broke`, { cause: error });
  } finally {
    clearTimeout(silence);
  }
}
