import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ClientRequest, IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import type { HttpRequest, HttpResponse } from "@kiln/sdk";
import { agentFor } from "./http-agent.ts";

/** Longest silence of a server that was sent everything. */
const silenceMs = 300_000;

/** One request and its answer, whatever that is. */
export async function exchangeHttp(
  input: HttpRequest,
  signal: AbortSignal,
  env: Readonly<Record<string, string | undefined>>,
): Promise<HttpResponse> {
  const { request } = input.url.startsWith("https:") ? await import("node:https") : await import("node:http");
  const length = input.file === undefined ? Buffer.byteLength(input.body ?? "") : (await stat(input.file)).size;
  const unpacks = wantsGzip(input);
  const agent = await agentFor(input.url, env, input, signal);
  const asked: ClientRequest = request(input.url, {
    method: input.method,
    headers: {
      "user-agent": "Kiln",
      ...(unpacks && { "accept-encoding": "gzip" }),
      ...input.headers,
      ...((length > 0 || input.file !== undefined) && { "content-length": length }),
    },
    agent,
    signal,
    timeout: silenceMs,
    ...(input.socketPath !== undefined && { socketPath: input.socketPath }),
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
    return await received(response, unpacks);
  } finally {
    asked.destroy();
    agent.destroy();
  }
}

/** As Go does: only where the caller left it open is the answer unpacked, and looks as if it had never been packed. */
function wantsGzip({ method, headers = {} }: HttpRequest): boolean {
  const given = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  return method.toUpperCase() !== "HEAD" && !given.has("accept-encoding") && !given.has("range");
}

async function received(response: IncomingMessage, unpacks: boolean): Promise<HttpResponse> {
  const pieces: Uint8Array[] = [];
  for await (const piece of response) pieces.push(piece as Uint8Array);
  const bytes = Buffer.concat(pieces);
  const packed = unpacks && bytes.length > 0 && response.headers["content-encoding"]?.toLowerCase() === "gzip";
  const hidden = packed ? ["content-encoding", "content-length"] : [];
  return {
    status: response.statusCode ?? 0,
    headers: Object.fromEntries(
      Object.entries(response.headers)
        .filter(([name]) => !hidden.includes(name))
        .map(([name, value = ""]) => [name, [value].flat().join(", ")]),
    ),
    body: (packed ? await unpacked(bytes) : bytes).toString("utf8"),
  };
}

async function unpacked(bytes: Uint8Array): Promise<Buffer> {
  const { gunzip } = await import("node:zlib");
  return new Promise((resolve, reject) => {
    gunzip(bytes, (error, plain) => (error ? reject(error) : resolve(plain)));
  });
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
