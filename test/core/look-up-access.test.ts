import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { nodeHost } from "@kiln/host-node";
import { secretStores } from "@kiln/plugin-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";

const { consulKey } = await secretStores.consul();
const { vaultSecret } = await secretStores.vault();

const signal = AbortSignal.timeout(60_000);
const asksVault = (env: Record<string, string>): Promise<string> =>
  vaultSecret("kv/app", "key", nodeHost({ VAULT_TOKEN: "t0k", ...env }), signal);
const asksConsul = (env: Record<string, string>): Promise<string> => consulKey("app", nodeHost(env), signal);

let folder = "";
let authorities = "";
let certFile = "";
let keyFile = "";
let tls: { readonly key: string; readonly cert: string };
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-look-ups-"));
  [keyFile, certFile] = [join(folder, "key.pem"), join(folder, "cert.pem")];
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"].concat(
      ["-subj", "/CN=store", "-addext", "subjectAltName=DNS:store.test,IP:127.0.0.1"],
      ["-keyout", keyFile, "-out", certFile],
    ),
    { stdio: "ignore" },
  );
  tls = { key: readFileSync(keyFile, "utf8"), cert: readFileSync(certFile, "utf8") };
  authorities = join(folder, "authorities");
  mkdirSync(join(authorities, "below"), { recursive: true });
  writeFileSync(join(authorities, "below", "any"), tls.cert);
  symlinkSync("..", join(authorities, "below", "circle"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const closing: Server[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});
async function at(server: Server, path?: string): Promise<string> {
  await new Promise<void>((resolve) => {
    if (path) server.listen(path, resolve);
    else server.listen(0, "127.0.0.1", resolve);
  });
  closing.push(server);
  return path ? `unix://${path}` : `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Both stores in one. */
const stores: RequestListener = (request, response) => {
  const consul = request.url?.startsWith("/v1/kv/app") && !request.headers["x-vault-token"];
  const entry = [{ Key: "app", Value: Buffer.from("value").toString("base64") }];
  response.end(JSON.stringify(consul ? entry : { data: { key: "value" } }));
};

describe("stores behind a certificate of their own", () => {
  const cases: Readonly<Record<string, () => readonly [Record<string, string>, Record<string, string>]>> = {
    "a file of authorities": () => [{ VAULT_CACERT: certFile }, { CONSUL_CACERT: certFile }],
    "a directory of them": () => [{ VAULT_CAPATH: authorities }, { CONSUL_CAPATH: authorities }],
    "no check": () => [{ VAULT_SKIP_VERIFY: "1" }, { CONSUL_HTTP_SSL_VERIFY: "false" }],
    "the system's file": () => [{ SSL_CERT_FILE: certFile }, { SSL_CERT_FILE: certFile }],
  };
  it.each(Object.keys(cases))("are trusted by %s", async (name) => {
    const server = await at(createSecureServer(tls, stores));
    const [vault = {}, consul = {}] = cases[name]?.() ?? [];
    expect(await asksVault({ VAULT_ADDR: `https://${server}`, ...vault })).toBe("value");
    expect(await asksConsul({ CONSUL_HTTP_ADDR: server, CONSUL_HTTP_SSL: "true", ...consul })).toBe("value");
  });
  it("are not trusted otherwise, and not asked again for that", async () => {
    let met = 0;
    const server = createSecureServer(tls, stores).on("tlsClientError", () => met++);
    const address = await at(server);
    await expect(asksVault({ VAULT_ADDR: `https://${address}` })).rejects.toThrow("self-signed certificate");
    await expect(asksConsul({ CONSUL_HTTP_ADDR: `https://${address}` })).rejects.toThrow("self-signed certificate");
    expect(met).toBeLessThanOrEqual(2);
  });
  it("see the client's certificate and the name that it asks for", async () => {
    const seen: unknown[] = [];
    const server = createSecureServer({ ...tls, requestCert: true, ca: tls.cert }, (request, response) => {
      const socket = request.socket as TLSSocket;
      seen.push([socket.servername, socket.getPeerCertificate().subject.CN]);
      stores(request, response);
    });
    const address = (await at(server)).replace("127.0.0.1", "localhost");
    await asksVault({
      VAULT_ADDR: `https://${address}`,
      VAULT_CACERT: certFile,
      VAULT_CLIENT_CERT: certFile,
      VAULT_CLIENT_KEY: keyFile,
      VAULT_TLS_SERVER_NAME: "store.test",
    });
    await asksConsul({
      CONSUL_HTTP_ADDR: `https://${address}`,
      CONSUL_CACERT: certFile,
      CONSUL_CLIENT_CERT: certFile,
      CONSUL_CLIENT_KEY: keyFile,
      CONSUL_TLS_SERVER_NAME: "store.test",
    });
    expect(seen).toEqual([
      ["store.test", "store"],
      ["store.test", "store"],
    ]);
  });
});

it("asks through the proxy of the environment", async () => {
  const seen: string[] = [];
  const proxy = await at(
    createServer((request, response) => {
      seen.push(request.url ?? "");
      request.url = new URL(request.url ?? "").pathname;
      stores(request, response);
    }),
  );
  const env = { HTTP_PROXY: `http://${proxy}` };
  expect(await asksVault({ ...env, VAULT_ADDR: "http://vault.invalid:8200" })).toBe("value");
  expect(await asksConsul({ ...env, CONSUL_HTTP_ADDR: "consul.invalid:8500" })).toBe("value");
  expect(seen).toEqual(["http://vault.invalid:8200/v1/kv/app", "http://consul.invalid:8500/v1/kv/app"]);
});

it("asks Unix sockets", async () => {
  const address = await at(createServer(stores), join(folder, "store.sock"));
  expect(await asksVault({ VAULT_ADDR: address })).toBe("value");
  expect(await asksVault({ VAULT_ADDR: "http://127.0.0.1:1", VAULT_AGENT_ADDR: address })).toBe("value");
  expect(await asksConsul({ CONSUL_HTTP_ADDR: address })).toBe("value");
});

describe("vault", () => {
  /** A server that answers so for the first requests. */
  const busyAtFirst = (statuses: readonly number[], seen: number[] = []): Server =>
    createServer((request, response) => {
      const status = statuses[seen.length];
      seen.push(status ?? 200);
      if (status === 0) request.socket.destroy();
      else if (status !== undefined) response.writeHead(status).end('{"errors":["busy"]}');
      else stores(request, response);
    });
  it("asks again when the server is busy or gone", async () => {
    const seen: number[] = [];
    const VAULT_ADDR = `http://${await at(busyAtFirst([503, 0], seen))}`;
    expect(await asksVault({ VAULT_ADDR })).toBe("value");
    expect(seen).toEqual([503, 0, 200]);
  });
  it("asks as often as VAULT_MAX_RETRIES says, and not for what a client did wrong", async () => {
    const seen: number[] = [];
    const VAULT_ADDR = `http://${await at(busyAtFirst([500], seen))}`;
    await expect(asksVault({ VAULT_ADDR, VAULT_MAX_RETRIES: "0" })).rejects.toThrow("500: busy");
    expect(await asksVault({ VAULT_ADDR })).toBe("value");
    const refusing = `http://${await at(busyAtFirst([400]))}`;
    await expect(asksVault({ VAULT_ADDR: refusing })).rejects.toThrow("400: busy");
  });
  it("waits no longer than VAULT_CLIENT_TIMEOUT", async () => {
    const VAULT_ADDR = `http://${await at(createServer(() => {}))}`;
    for (const limit of ["1", "500ms"]) {
      await expect(asksVault({ VAULT_ADDR, VAULT_CLIENT_TIMEOUT: limit })).rejects.toThrow(
        /gave no answer within .* s$/,
      );
    }
  });
  it("follows a standby server to the active one with its token, but never out of HTTPS", async () => {
    const active = await at(createServer(stores));
    const lead: RequestListener = (request, response) =>
      void response
        .writeHead(307, { location: `http://${active.replace("127.0.0.1", "localhost")}${request.url}` })
        .end();
    expect(await asksVault({ VAULT_ADDR: `http://${await at(createServer(lead))}` })).toBe("value");
    const standby = `https://${await at(createSecureServer(tls, lead))}`;
    await expect(asksVault({ VAULT_ADDR: standby, VAULT_CACERT: certFile })).rejects.toThrow("must not leave HTTPS");
  });
  it.each([
    [{ VAULT_ADDR: "127.0.0.1:8200" }, 'VAULT_ADDR is "127.0.0.1:8200", which is no address'],
    [{ VAULT_SKIP_VERIFY: "maybe" }, "could not parse VAULT_SKIP_VERIFY"],
    [{ VAULT_CLIENT_TIMEOUT: "soon" }, "could not parse VAULT_CLIENT_TIMEOUT"],
    [{ VAULT_MAX_RETRIES: "-1" }, "could not parse VAULT_MAX_RETRIES"],
    [{ VAULT_CACERT: "/nowhere/ca" }, "VAULT_CACERT: /nowhere/ca: no such file or directory"],
    [{ VAULT_CAPATH: "/nowhere" }, "VAULT_CAPATH: /nowhere: no such file or directory"],
    [{ VAULT_CLIENT_CERT: "/x" }, "VAULT_CLIENT_CERT and VAULT_CLIENT_KEY go together"],
  ] as const)("refuses %j", async (env, message) => {
    await expect(asksVault(env)).rejects.toThrow(message);
  });
});

it("takes Consul's token from the file before the variable", async () => {
  const seen: unknown[] = [];
  const CONSUL_HTTP_ADDR = await at(
    createServer((request, response) => {
      seen.push(request.headers["x-consul-token"]);
      stores(request, response);
    }),
  );
  writeFileSync(join(folder, "token"), "from-file\n");
  const env = { CONSUL_HTTP_ADDR, CONSUL_HTTP_TOKEN: "from-variable" };
  await asksConsul({ ...env, CONSUL_HTTP_TOKEN_FILE: join(folder, "token") });
  await asksConsul(env);
  expect(seen).toEqual(["from-file", "from-variable"]);
});

it("shows what came that is no JSON, and from where", async () => {
  const address = await at(createServer((_, response) => response.end("<html>\n  <title>Log in</title>")));
  await expect(asksVault({ VAULT_ADDR: `http://${address}` })).rejects.toThrow(
    `http://${address}/v1/kv/app answered with status 200: <html> <title>Log in</title>. That is not Vault's JSON`,
  );
  await expect(asksConsul({ CONSUL_HTTP_ADDR: address })).rejects.toThrow(
    `http://${address} answered with what is not Consul's JSON: <html> <title>Log in</title>`,
  );
});
