import { parseGoDuration } from "../duration.ts";
import { codeOf, StepError } from "../errors.ts";
import { parseGoBoolean } from "../go-boolean.ts";
import type { Clock, HttpRequest, HttpResponse, PrepareHost } from "../host.ts";
import { jsonObjectIn } from "../json.ts";
import { describeAnswer, tlsFromEnvironment } from "./store-access.ts";

export type VaultHost = Pick<PrepareHost, "env" | "files" | "http"> & { readonly clock: Pick<Clock, "sleep"> };
export interface VaultAnswer {
  readonly status: number;
  /** An empty object where the answer was empty. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What is wrong, for people; empty where the status is one of success. */
  readonly complaint: string;
}

const mostTries = 3;
const timeoutMs = 60_000;
const pauseMs = 1_000;

/**
 * Reads `/v1/PATH` as Vault's own client does with the environment: VAULT_ADDR or VAULT_AGENT_ADDR (also `unix:///PATH`), VAULT_TOKEN,
 * VAULT_NAMESPACE, VAULT_CACERT, VAULT_CACERT_BYTES, VAULT_CAPATH, VAULT_CLIENT_CERT, VAULT_CLIENT_KEY, VAULT_TLS_SERVER_NAME,
 * VAULT_SKIP_VERIFY, VAULT_CLIENT_TIMEOUT and VAULT_MAX_RETRIES. Rejects where there is no token, no answer, or one that is not Vault's.
 */
export async function readVault(path: string, host: VaultHost, signal: AbortSignal): Promise<VaultAnswer> {
  const request = await vaultRequest(path, host);
  const limitMs = timeLimit(host.env.VAULT_CLIENT_TIMEOUT);
  const limited = limitMs === 0 ? signal : AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  try {
    const first = await persistently(request, host, limited);
    const next = redirected(request, first);
    return answerOf(next ?? request, next ? await persistently(next, host, limited) : first);
  } catch (error) {
    signal.throwIfAborted();
    if (limited.aborted) throw refusal(`${shown(request)} gave no answer within ${limitMs / 1000} s`, error);
    throw error;
  }
}

async function vaultRequest(path: string, host: VaultHost): Promise<HttpRequest> {
  const { env } = host;
  const variable = env.VAULT_AGENT_ADDR ? "VAULT_AGENT_ADDR" : "VAULT_ADDR";
  const address = env[variable] || "https://127.0.0.1:8200";
  const socketPath = address.startsWith("unix://") ? address.slice("unix://".length) : undefined;
  const url = `${socketPath === undefined ? address.replace(/\/+$/, "") : "http://localhost"}/v1/${path}`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url))
    throw refusal(`${variable} is "${address}", which is no address: write it as https://HOST:PORT`);
  const unverified = env.VAULT_SKIP_VERIFY ? parseGoBoolean(env.VAULT_SKIP_VERIFY) : false;
  if (unverified === undefined) throw refusal("could not parse VAULT_SKIP_VERIFY: it is neither true nor false");
  return {
    method: "GET",
    url,
    headers: {
      "x-vault-token": env.VAULT_TOKEN ?? "",
      "x-vault-request": "true",
      ...(env.VAULT_NAMESPACE && { "x-vault-namespace": env.VAULT_NAMESPACE }),
    },
    // A standby server sends its clients to the active one, another host, with their token.
    keepRedirect: true,
    ...(socketPath !== undefined && { socketPath }),
    ...(unverified && { insecure: true }),
    ...(await tlsFromEnvironment(host, {
      caFile: "VAULT_CACERT",
      caText: "VAULT_CACERT_BYTES",
      caPath: "VAULT_CAPATH",
      cert: "VAULT_CLIENT_CERT",
      key: "VAULT_CLIENT_KEY",
      servername: "VAULT_TLS_SERVER_NAME",
    })),
  };
}

/** Seconds, or a Go duration; 0 is for ever. */
function timeLimit(text: string | undefined): number {
  if (!text) return timeoutMs;
  const nanoseconds = /^\d+$/.test(text) ? BigInt(text) * 1_000_000_000n : parseGoDuration(text);
  if (nanoseconds === undefined || nanoseconds < 0n)
    throw refusal(`could not parse VAULT_CLIENT_TIMEOUT: "${text}" is neither seconds nor a duration`);
  // Timers take no more.
  return Math.min(Math.ceil(Number(nanoseconds) / 1e6), 2 ** 31 - 1);
}

/** Asks again where the server is busy or cannot be reached, at growing distances. */
async function persistently(request: HttpRequest, host: VaultHost, signal: AbortSignal): Promise<HttpResponse> {
  const { VAULT_MAX_RETRIES: retries } = host.env;
  if (retries && !/^\d+$/.test(retries)) throw refusal(`could not parse VAULT_MAX_RETRIES: "${retries}" is no number`);
  const tries = retries ? Number(retries) + 1 : mostTries;
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await host.http.request(request, signal);
      const busy = response.status === 429 || (response.status >= 500 && response.status !== 501);
      if (!busy || attempt >= tries) return response;
    } catch (error) {
      signal.throwIfAborted();
      if (attempt >= tries || isLasting(error)) throw error;
    }
    await host.clock.sleep(pauseMs * attempt, signal);
  }
}

/** A certificate does not get better by asking again. */
function isLasting(error: unknown): boolean {
  return /CERT|ISSUER|SIGNATURE|TLS|SSL/.test(codeOf(error) ?? "");
}

function redirected(request: HttpRequest, { status, headers }: HttpResponse): HttpRequest | undefined {
  const { location } = headers;
  if (![301, 302, 307].includes(status) || !location || !URL.canParse(location, request.url)) return undefined;
  const to = new URL(location, request.url);
  if (request.url.startsWith("https:") && to.protocol !== "https:")
    throw refusal(`${shown(request)} redirects to ${to.origin}: the token must not leave HTTPS`);
  return { ...request, url: to.href };
}

function answerOf(request: HttpRequest, { status, body: text }: HttpResponse): VaultAnswer {
  const body = text.trim() === "" ? {} : jsonObjectIn(text);
  if (body && status < 300) return { status, body, complaint: "" };
  const said = `${shown(request)} answered with status ${status}: ${describeAnswer(text)}`;
  if (status < 300) throw refusal(`${said}. That is not Vault's JSON`);
  const errors = body?.errors;
  return {
    status,
    body: body ?? {},
    complaint: Array.isArray(errors) && errors.length > 0 ? `${status}: ${errors.join("; ")}` : said,
  };
}

function shown({ url, socketPath }: HttpRequest): string {
  return socketPath === undefined ? url.replace(/\?.*$/s, "") : `unix://${socketPath}`;
}

function refusal(message: string, cause?: unknown): StepError {
  return new StepError(message, { code: "vault/access", cause });
}
