import { FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { resolveRegion } from "./region.ts";

it("asks this machine's metadata itself, never a proxy that would answer with its own", async () => {
  const host = new FakeHost({
    env: { HTTP_PROXY: "http://p:1" },
    onHttp: ({ method }) => ({ status: 200, headers: {}, body: method === "PUT" ? "token" : "eu-west-1\n" }),
  });
  const signal = new AbortController().signal;
  expect(await resolveRegion(host, undefined, {}, true, signal)).toBe("eu-west-1");
  expect(host.requests.map(({ direct }) => direct)).toEqual([true, true]);
});
