import { codeOf, type Host, type HttpResponse, jsonObjectIn, StepError } from "@kiln/sdk";

/** An HTTP service that speaks JSON. */
export interface JsonApi {
  /** `path` begins with a slash, or is a whole URL that the service gave; the token goes to the service's own host only. */
  request(method: string, path: string, body?: unknown): Promise<JsonAnswer>;
}
export interface JsonAnswer {
  readonly status: number;
  readonly ok: boolean;
  /** An empty object where the answer is no JSON. */
  readonly body: Readonly<Record<string, unknown>>;
  /** What the service says is wrong. */
  readonly complaint: string;
}
export interface JsonApiOptions {
  /** Without a final slash. */
  readonly base: string;
  readonly token: string | undefined;
  readonly insecure: boolean;
  readonly signal: AbortSignal;
}

const tries = 4;
const firstPauseMs = 500;

export function jsonApi(host: Host, { base, token, insecure, signal }: JsonApiOptions): JsonApi {
  const once = (method: string, path: string, body: unknown): Promise<HttpResponse> => {
    const url = path.startsWith("/") ? `${base}${path}` : path;
    const isOwn = new URL(url).origin === new URL(base).origin;
    return host.http.request(
      {
        method,
        url,
        headers: {
          accept: "application/json",
          "content-type": "application/json",
          ...(token && isOwn && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(insecure && { insecure }),
      },
      signal,
    );
  };
  return {
    async request(method, path, body) {
      for (let attempt = 1; ; attempt++) {
        try {
          const response = await once(method, path, body);
          // What was refused unread may be said again, whatever it is.
          if (![429, 502, 503, 504].includes(response.status) || attempt === tries) return answerOf(response);
        } catch (error) {
          signal.throwIfAborted();
          // A POST may have arrived all the same.
          if (attempt === tries || (method === "POST" && codeOf(error) !== "ECONNREFUSED"))
            throw unreachable(base, error);
        }
        await host.clock.sleep(firstPauseMs * 2 ** attempt, signal);
      }
    },
  };
}

function unreachable(base: string, error: unknown): StepError {
  return new StepError(
    `${new URL(base).origin} gives no answer: ${error instanceof Error ? error.message : String(error)}`,
    {
      code: "vagrant/unreachable",
      cause: error,
    },
  );
}

function answerOf({ status, body: text }: HttpResponse): JsonAnswer {
  const body = jsonObjectIn(text) ?? {};
  const listed = Array.isArray(body.errors) ? body.errors.map(String).join(". ") : "";
  const said = listed || (typeof body.message === "string" ? body.message : "");
  return { status, ok: status >= 200 && status < 300, body, complaint: said || `HTTP status ${status}` };
}
