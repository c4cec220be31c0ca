import { type RunContext, StepError } from "@kiln/sdk";
import type { Config } from "./config.ts";

/** The response to a request; anything but success is refused. */
export async function requestText(
  config: Config & { readonly url: string },
  ctx: RunContext,
): Promise<Readonly<Record<string, unknown>>> {
  const { url, method, request_headers: headers, request_body: body } = config;
  const response = await ctx.host.http.request(
    { method, url, ...(headers && { headers }), ...(body !== undefined && { body }) },
    ctx.signal,
  );
  if (response.status < 200 || response.status > 299)
    throw new StepError(`HTTP request error. Response code: ${response.status}`, { code: "http-data/status" });
  // Packer calls the headers of the response so.
  return { url, body: response.body, request_headers: canonical(response.headers) };
}

/** Names as Go writes them: `Content-Type`. */
function canonical(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase()),
      value,
    ]),
  );
}
