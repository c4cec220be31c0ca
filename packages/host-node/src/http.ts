import type { HttpRequest, HttpResponse } from "@kiln/sdk";

/** One HTTP exchange. Rejects only when there was no answer; the status is the caller's business. */
export async function requestHttp(
  input: HttpRequest,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<HttpResponse> {
  if (input.file !== undefined || input.insecure)
    return (await import("./http-upload.ts")).sendHttp(input, signal, env);
  let response: Response;
  try {
    response = await fetch(input.url, {
      method: input.method,
      signal,
      redirect: "follow",
      ...(input.headers && { headers: { ...input.headers } }),
      ...(input.body !== undefined && { body: input.body }),
    });
  } catch (error) {
    signal.throwIfAborted();
    // "fetch failed" says nothing: the cause does.
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw Object.assign(
      new Error(
        `${input.method} ${new URL(input.url).origin}: ${cause instanceof Error ? cause.message : String(cause)}`,
        { cause },
      ),
      {
        code: typeof cause === "object" && cause && "code" in cause ? cause.code : "http/failed",
      },
    );
  }
  return { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text() };
}
