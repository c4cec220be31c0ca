import { ApiError, invalidValue } from "./api-error.ts";
import type { Params } from "./params.ts";

export interface PageRequest {
  readonly size: number | undefined;
  readonly token: string | undefined;
}

/** Reads `MaxResults` and `NextToken`. */
export function readPage(params: Params, least: number, most: number): PageRequest {
  const size = params.whole("MaxResults");
  if (size !== undefined && (size < least || size > most)) {
    throw invalidValue("maxResults", String(size), `Expecting a value between ${least} and ${most}.`);
  }
  return { size, token: params.text("NextToken") };
}

/** One page of the rows, and the token of the next one. */
export function page<R>(
  rows: readonly R[],
  request: PageRequest,
): { readonly rows: readonly R[]; readonly nextToken?: string } {
  const start = request.token === undefined ? 0 : offsetOf(request.token);
  const end = request.size === undefined ? rows.length : start + request.size;
  const nextToken = end < rows.length ? Buffer.from(`kiln:${end}`).toString("base64url") : undefined;
  return { rows: rows.slice(start, end), ...(nextToken !== undefined && { nextToken }) };
}

function offsetOf(token: string): number {
  const match = /^kiln:(\d+)$/.exec(Buffer.from(token, "base64url").toString("latin1"));
  if (!match) throw new ApiError("InvalidNextToken", "The token is invalid.");
  return Number(match[1]);
}
