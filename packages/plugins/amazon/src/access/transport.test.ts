import { FakeHost } from "@kiln/sdk/testing";
import { expect, it } from "vitest";
import { transportOptions } from "./transport.ts";

const authorities = async (): Promise<readonly string[]> => ["company"];

it("trusts whom this machine trusts, or the bundle that AWS_CA_BUNDLE names alone", async () => {
  const trusting = async (env: Record<string, string>): Promise<unknown> => {
    const { files, http } = new FakeHost({ files: { "/bundle": "given" } });
    return transportOptions({ env, files, http: { ...http, authorities } }, { insecure: false });
  };
  expect(await trusting({})).toMatchObject({ httpsAgent: { ca: ["company"] } });
  expect(await trusting({ AWS_CA_BUNDLE: "/bundle" })).toMatchObject({ httpsAgent: { ca: "given" } });
});

it("leaves out of the proxy what is below a name of NO_PROXY", async () => {
  const host = new FakeHost({ env: { HTTPS_PROXY: "http://p:1", NO_PROXY: "amazonaws.com, 10.0.0.1,.corp" } });
  expect(await transportOptions(host, { insecure: false })).toMatchObject({
    httpsAgent: { proxyEnv: { https_proxy: "http://p:1", no_proxy: "amazonaws.com,.amazonaws.com,10.0.0.1,.corp" } },
  });
});
