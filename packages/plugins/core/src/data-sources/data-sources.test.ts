import type { Checked, DataSource, RunContext, SourceRange } from "@kiln/sdk";
import { FakeHost } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { httpData } from "./http/index.ts";
import { nullData } from "./null/index.ts";

const nowhere: SourceRange = {
  file: "t",
  start: { line: 1, column: 1, byte: 0 },
  end: { line: 1, column: 1, byte: 0 },
};

function prepared(source: DataSource, config: object, host: FakeHost) {
  const signal = new AbortController().signal;
  const ctx = { ...host, at: () => nowhere, signal } as unknown as Parameters<DataSource["prepare"]>[1];
  return source.prepare(config as never, ctx);
}
async function read(source: unknown, config: object, host = new FakeHost()) {
  const ready = await prepared(source as DataSource, config, host);
  if (!ready.ok) throw new Error("refused");
  return ready.value.run({ host, signal: new AbortController().signal } as unknown as RunContext);
}
const summaries = (result: Checked<unknown>) => (result.ok ? [] : result.diagnostics.map((d) => d.summary));

describe("null", () => {
  it("gives back its input, which it needs", async () => {
    expect(await read(nullData, { input: "x" })).toEqual({ output: "x" });
    expect(summaries(await prepared(nullData as unknown as DataSource, {}, new FakeHost()))).toEqual([
      "the `input` must be specified",
    ]);
  });
});

describe("http", () => {
  it("asks with method, headers and body; gives the response's headers", async () => {
    const host = new FakeHost({
      onHttp: (request) => ({
        status: 200,
        headers: { "content-type": "text/plain" },
        body: `${request.method} ${request.body}`,
      }),
    });
    const config = { url: "http://x/", method: "POST", request_headers: { A: "b" }, request_body: "q" };
    expect(await read(httpData, config, host)).toEqual({
      url: "http://x/",
      body: "POST q",
      request_headers: { "Content-Type": "text/plain" },
    });
    expect(host.requests[0]?.headers).toEqual({ A: "b" });
  });
  it("refuses what is no success", async () => {
    const host = new FakeHost({ onHttp: () => ({ status: 404, headers: {}, body: "" }) });
    await expect(read(httpData, { url: "http://x/", method: "GET" }, host)).rejects.toThrow(
      "HTTP request error. Response code: 404",
    );
  });
  it("checks its options, all at once", async () => {
    const found = summaries(await prepared(httpData as unknown as DataSource, { method: "get" }, new FakeHost()));
    expect(found).toEqual(["the `url` must be specified", expect.stringContaining("must be one of [HEAD GET POST")]);
  });
});
