import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { nodeHost } from "@kiln/host-node";
import { secretStores } from "@kiln/plugin-core";
import type { Host } from "@kiln/sdk";
import { describe, expect, it } from "vitest";

const { consulKey } = await secretStores.consul();
const { vaultSecret } = await secretStores.vault();
type Answer = readonly [status: number, body: unknown];

async function server(
  answer: (request: IncomingMessage) => Answer,
): Promise<AsyncDisposable & { readonly url: string }> {
  const http = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status, { "content-type": "application/json" });
    response.end(typeof body === "string" ? body : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        http.closeAllConnections();
        http.close(() => resolve());
      }),
  };
}
const signal = AbortSignal.timeout(10_000);
const hostWith = (env: Record<string, string>): Host => nodeHost(env);

describe("vault", () => {
  const answers: Readonly<Record<string, Answer>> = {
    "/v1/secret/data/app": [200, { data: { data: { password: "two", port: 5432 }, metadata: { version: 1 } } }],
    "/v1/kv/app": [200, { data: { password: "one" } }],
    "/v1/kv/empty": [200, { data: null, warnings: ["deleted"] }],
    "/v1/kv/forbidden": [403, { errors: ["permission denied"] }],
  };
  it.each([
    ["secret/data/app", "password", "two"],
    ["secret/data/app", "port", "5432"],
    ["/kv/app", "password", "one"],
  ])("reads %s %s", async (path, key, value) => {
    const seen: IncomingMessage["headers"][] = [];
    await using vault = await server((request) => {
      seen.push(request.headers);
      return answers[request.url ?? ""] ?? [404, { errors: [] }];
    });
    const host = hostWith({ VAULT_ADDR: `${vault.url}/`, VAULT_TOKEN: "t0k", VAULT_NAMESPACE: "team" });
    expect(await vaultSecret(path, key, host, signal)).toBe(value);
    expect(seen[0]).toMatchObject({ "x-vault-token": "t0k", "x-vault-namespace": "team" });
  });
  it.each([
    ["kv/app", "nope", "Vault path does not contain the requested key"],
    ["kv/none", "x", "Vault Secret does not exist at the given path"],
    ["kv/empty", "x", "Vault data was empty at the given path. Warnings: deleted"],
    ["kv/forbidden", "x", "Error reading vault secret: 403: permission denied"],
  ])("refuses %s %s", async (path, key, message) => {
    await using vault = await server((request) => answers[request.url ?? ""] ?? [404, { errors: [] }]);
    const host = hostWith({ VAULT_ADDR: vault.url, VAULT_TOKEN: "t0k" });
    await expect(vaultSecret(path, key, host, signal)).rejects.toThrow(message);
  });
  it("needs a token", async () => {
    await expect(vaultSecret("a", "b", hostWith({}), signal)).rejects.toThrow("Must set VAULT_TOKEN env var");
  });
  it("names the address that does not answer", async () => {
    const host = hostWith({ VAULT_ADDR: "http://127.0.0.1:1", VAULT_TOKEN: "t0k" });
    await expect(vaultSecret("a", "b", host, signal)).rejects.toThrow("http://127.0.0.1:1");
  });
});

describe("consul", () => {
  it("reads a key with the environment's access", async () => {
    const seen: IncomingMessage[] = [];
    await using consul = await server((request) => {
      seen.push(request);
      return [200, [{ Key: "app/a b", Value: Buffer.from("välue").toString("base64") }]];
    });
    const host = hostWith({
      CONSUL_HTTP_ADDR: consul.url.replace("http://", ""),
      CONSUL_HTTP_TOKEN: "t0k",
      CONSUL_HTTP_AUTH: "user:pass",
      CONSUL_NAMESPACE: "team",
    });
    expect(await consulKey("app/a b", host, signal)).toBe("välue");
    expect(seen[0]?.url).toBe("/v1/kv/app/a%20b?ns=team");
    expect(seen[0]?.headers).toMatchObject({ "x-consul-token": "t0k", authorization: "Basic dXNlcjpwYXNz" });
  });
  it.each([
    [[404, ""], "consul key does not exist: 'k'"],
    [[200, [{ Key: "k", Value: null }]], "value is empty for consul key 'k'"],
    [[403, "Permission denied"], "error reading consul key: status 403: Permission denied"],
  ] as const)("refuses %j", async (answer, message) => {
    await using consul = await server(() => answer);
    await expect(consulKey("k", hostWith({ CONSUL_HTTP_ADDR: consul.url }), signal)).rejects.toThrow(message);
  });
});
