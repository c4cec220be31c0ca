import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startMetadataServer } from "./metadata-server.ts";

describe("the metadata service", () => {
  let server: Awaited<ReturnType<typeof startMetadataServer>>;
  let options = { enabled: true, tokensRequired: true, hopLimit: 1 };
  const metadata = (path: string): string | undefined =>
    path === "/latest/meta-data/ami-id" ? "ami-1" : path === "/latest/meta-data/" ? "ami-id" : undefined;
  beforeAll(async () => {
    server = await startMetadataServer("127.0.0.1", () => ({ metadata, metadataOptions: options }));
  });
  afterAll(() => server[Symbol.asyncDispose]());
  const get = (path: string, init: RequestInit = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, init);
  const tokenFor = (life: string): Promise<Response> =>
    get("/latest/api/token", { method: "PUT", headers: { "X-aws-ec2-metadata-token-ttl-seconds": life } });

  it("gives a token and answers to it, under dated names and without the last slash", async () => {
    const token = await (await tokenFor("21600")).text();
    const headers = { "X-aws-ec2-metadata-token": token };
    expect(await (await get("/latest/meta-data/ami-id", { headers })).text()).toBe("ami-1");
    expect(await (await get("/2021-07-15/meta-data/ami-id", { headers })).text()).toBe("ami-1");
    expect(await (await get("/latest/meta-data", { headers })).text()).toBe("ami-id");
    expect((await get("/latest/none", { headers })).status).toBe(404);
  });

  it("refuses tokens of a wrong life, wrong tokens, and none where one is required", async () => {
    expect((await tokenFor("0")).status).toBe(400);
    expect((await tokenFor("21601")).status).toBe(400);
    expect((await get("/latest/meta-data/ami-id")).status).toBe(401);
    expect((await get("/latest/meta-data/ami-id", { headers: { "X-aws-ec2-metadata-token": "x" } })).status).toBe(401);
    expect((await get("/latest/meta-data/ami-id", { method: "POST" })).status).toBe(405);
  });

  it("answers version 1 where tokens are optional, and nobody where it is switched off", async () => {
    options = { enabled: true, tokensRequired: false, hopLimit: 1 };
    expect(await (await get("/latest/meta-data/ami-id")).text()).toBe("ami-1");
    options = { enabled: false, tokensRequired: false, hopLimit: 1 };
    expect((await get("/latest/meta-data/ami-id")).status).toBe(403);
  });
});
