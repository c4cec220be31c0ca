import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { type HttpRequest, type HttpResponse, messageOf } from "@kiln/sdk";
import { agentFor } from "./http-agent.ts";

/** Longest silence of a server that was sent everything. */
const silenceMs = 300_000;

/** One HTTP exchange that `fetch` cannot do: a file as the body, or a certificate that nobody vouches for. */
export async function sendHttp(
  input: HttpRequest,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HttpResponse> {
  const { request } = input.url.startsWith("https:") ? await import("node:https") : await import("node:http");
  const length = input.file === undefined ? Buffer.byteLength(input.body ?? "") : (await stat(input.file)).size;
  const asked: ClientRequest = request(input.url, {
    method: input.method,
    headers: { ...input.headers, ...((length > 0 || input.file !== undefined) && { "content-length": length }) },
    agent: await agentFor(input.url, env, input.insecure === true),
    signal,
    timeout: silenceMs,
  });
  asked.once("timeout", () => asked.destroy(new Error(`the server was silent for ${silenceMs / 1000} s`)));
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    asked.once("response", resolve);
    asked.once("error", reject);
    asked.once("close", () => reject(new Error("the connection ended before an answer")));
  });
  // A server may answer before it has everything; what went wrong with sending then does not matter.
  answered.catch(() => {});
  try {
    const sent = sendBody(input, asked);
    sent.catch(() => {});
    const response = await Promise.race([answered, sent.then(() => answered)]);
    let body = "";
    response.setEncoding("utf8");
    for await (const piece of response) body += piece as string;
    return {
      status: response.statusCode ?? 0,
      headers: Object.fromEntries(
        Object.entries(response.headers).map(([name, value = ""]) => [name, [value].flat().join(", ")]),
      ),
      body,
    };
  } catch (error) {
    signal.throwIfAborted();
    throw Object.assign(
      new Error(`${input.method} ${new URL(input.url).origin}: ${messageOf(error)}`, { cause: error }),
      { code: error instanceof Error && "code" in error ? error.code : "http/failed" },
    );
  } finally {
    asked.destroy();
  }
}

async function sendBody(input: HttpRequest, asked: ClientRequest): Promise<void> {
  if (input.file === undefined) {
    asked.end(input.body);
    return;
  }
  const { onProgress } = input;
  await pipeline(
    createReadStream(input.file, { highWaterMark: 256 * 1024 }),
    async function* (source: AsyncIterable<Uint8Array>) {
      for await (const chunk of source) {
        yield chunk;
        onProgress?.(chunk.length);
      }
    },
    asked,
  );
}
