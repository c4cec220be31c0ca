import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import type { HttpRequest, HttpResponse } from "@kiln/sdk";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { requestHttp } from "./http.ts";
import { type OwnCertificate, ownCertificate } from "./testing/own-certificate.ts";

const never = new AbortController().signal;
let folder = "";
let own: OwnCertificate;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-http-"));
  own = ownCertificate(folder, "store.test", "DNS:store.test,IP:127.0.0.1");
});
afterAll(() => rmSync(folder, { recursive: true }));
const closing: Server[] = [];
afterEach(() => {
  for (const server of closing.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listening(server: Server, at: number | string = 0): Promise<number> {
  await new Promise<void>((resolve) => {
    if (typeof at === "string") server.listen(at, resolve);
    else server.listen(at, "127.0.0.1", resolve);
  });
  closing.push(server);
  return typeof at === "string" ? 0 : (server.address() as AddressInfo).port;
}
const plain = async (answer: RequestListener): Promise<string> =>
  `http://127.0.0.1:${await listening(createServer(answer))}`;
const secure = async (answer: RequestListener): Promise<string> =>
  `https://127.0.0.1:${await listening(createSecureServer({ key: own.key, cert: own.cert }, answer))}`;
const get = (url: string, more: Partial<HttpRequest> = {}, env: Record<string, string> = {}): Promise<HttpResponse> =>
  requestHttp({ method: "GET", url, ...more }, never, env);

describe("a server with a certificate of its own", () => {
  it("is refused, and accepted where the environment or the request vouches for it", async () => {
    const url = await secure((_, r) => r.end("in"));
    await expect(get(url)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
      message: expect.stringContaining(url),
    });
    const directory = join(folder, "authorities");
    mkdirSync(directory);
    writeFileSync(join(directory, "any-name"), `a comment\n${own.cert}`);
    const accepted = [
      await get(url, {}, { SSL_CERT_FILE: own.certFile }),
      await get(url, {}, { SSL_CERT_DIR: `/nowhere:${directory}` }),
      await get(url, { tls: { ca: [own.cert] } }),
      await get(url, { insecure: true }),
    ];
    expect(accepted.map(({ body }) => body)).toEqual(["in", "in", "in", "in"]);
  });
  it("is asked for the name that its certificate has, and sees ours", async () => {
    const server = createSecureServer(
      { key: own.key, cert: own.cert, requestCert: true, ca: own.cert },
      (request, response) => {
        const socket = request.socket as TLSSocket;
        response.end(`${String(socket.servername)} ${String(socket.getPeerCertificate().subject.CN)}`);
      },
    );
    const url = `https://localhost:${await listening(server)}`;
    await expect(get(url, { tls: { ca: [own.cert] } })).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    const tls = { ca: [own.cert], cert: own.cert, key: own.key, servername: "store.test" };
    expect((await get(url, { tls })).body).toBe("store.test store.test");
  });
});

describe("proxies of the environment", () => {
  it("carry what is not excepted", async () => {
    const seen: string[] = [];
    const proxy = await plain((request, response) => {
      seen.push(request.url ?? "");
      response.end("through");
    });
    const env = { HTTP_PROXY: proxy, NO_PROXY: "corp.invalid" };
    expect((await get("http://store.invalid/a", {}, env)).body).toBe("through");
    expect(seen).toEqual(["http://store.invalid/a"]);
    // As in Go, a name stands for those below it.
    await expect(get("http://a.corp.invalid/", {}, env)).rejects.toMatchObject({ code: "ENOTFOUND" });
    await expect(get("http://store.invalid/", { direct: true }, env)).rejects.toMatchObject({ code: "ENOTFOUND" });
    expect((await get(proxy, {}, env)).body).toBe("through");
    expect(seen.slice(1)).toEqual(["/"]);
  });
  it("make tunnels for https", async () => {
    const port = new URL(await secure((_, r) => r.end("in"))).port;
    const seen: string[] = [];
    const proxy = createServer().on("connect", (request: IncomingMessage, socket: Socket) => {
      seen.push(request.url ?? "");
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      socket.pipe(connect(Number(port), "127.0.0.1")).pipe(socket);
    });
    const env = { https_proxy: `127.0.0.1:${await listening(proxy)}`, SSL_CERT_FILE: own.certFile };
    expect((await get("https://store.test/", {}, env)).body).toBe("in");
    expect(seen).toEqual(["store.test:443"]);
  });
  it("may be SOCKS5 ones", async () => {
    const [open, closed] = [await plain((_, r) => r.end("plain")), await secure((_, r) => r.end("secure"))];
    const asked: string[] = [];
    const proxy = createTcpServer((client) => {
      client.once("data", () => {
        client.write(Buffer.from([5, 0]));
        client.once("data", (request) => {
          const length = request[4] ?? 0;
          const port = request.readUInt16BE(5 + length);
          asked.push(`${request.subarray(5, 5 + length).toString()}:${port}`);
          client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
          const to = new URL(port === 443 ? closed : open).port;
          client.pipe(connect(Number(to), "127.0.0.1")).pipe(client);
        });
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `socks5://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const env = { HTTP_PROXY: url, HTTPS_PROXY: url, SSL_CERT_FILE: own.certFile };
    expect((await get("http://store.test/", {}, env)).body).toBe("plain");
    expect((await get("https://store.test/", {}, env)).body).toBe("secure");
    expect(asked).toEqual(["store.test:80", "store.test:443"]);
    proxy.close();
  });
});

it("asks a Unix socket", async () => {
  const socketPath = join(folder, "store.sock");
  await listening(
    createServer((q, r) => r.end(`${q.headers.host} ${q.url}`)),
    socketPath,
  );
  expect((await get("http://localhost/v1/x", { socketPath })).body).toBe("localhost /v1/x");
  const gone = join(folder, "gone.sock");
  await expect(get("http://localhost/", { socketPath: gone })).rejects.toThrow(`GET unix://${gone}: connect ENOENT`);
});

it("asks ports that browsers keep away from", async () => {
  // 10080 may be taken: what counts is that the network, not a list, decides.
  const outcome = await get("http://127.0.0.1:10080/").then(
    () => "answered",
    (error: Error) => error.message,
  );
  expect(outcome).not.toContain("bad port");
});

it("sends a body with any method", async () => {
  const url = await plain((q, r) => void q.pipe(r));
  expect((await get(url, { body: "question" })).body).toBe("question");
});

describe("packed answers", () => {
  it("are unpacked as if they had never been packed, unless the caller asked for the packing", async () => {
    const url = await plain((q, r) => {
      const packed = gzipSync("plain words");
      r.writeHead(200, {
        "content-encoding": "gzip",
        "content-length": packed.length,
        "x-asked": q.headers["accept-encoding"],
      });
      r.end(packed);
    });
    const response = await get(url);
    expect(response.body).toBe("plain words");
    expect(response.headers).toMatchObject({ "x-asked": "gzip" });
    expect(response.headers).not.toHaveProperty("content-encoding");
    expect((await get(url, { headers: { "Accept-Encoding": "gzip" } })).headers).toHaveProperty("content-encoding");
  });
  it("that are none are an error", async () => {
    const url = await plain((_, r) => r.writeHead(200, { "content-encoding": "gzip" }).end("plain"));
    await expect(get(url)).rejects.toThrow(`GET ${url}: incorrect header check`);
  });
});

describe("redirects", () => {
  const headers = { authorization: "Basic x", "x-vault-token": "t0k", "x-other": "1", "content-type": "text/plain" };
  it.each([
    [302, "GET", "", undefined],
    [307, "POST", "words", "text/plain"],
  ] as const)("of status %d are asked with %s", async (status, method, body, type) => {
    const url = await plain((q, r) => {
      if (q.url === "/") return void r.writeHead(status, { location: "/next" }).end();
      r.setHeader("x-asked", JSON.stringify([q.method, q.headers["content-type"], q.headers["x-vault-token"]]));
      q.pipe(r);
    });
    const response = await get(url, { method: "POST", body: "words", headers });
    expect(response.body).toBe(body);
    expect(JSON.parse(response.headers["x-asked"] ?? "")).toEqual([method, type ?? null, "t0k"]);
  });
  it("take secrets to no other host", async () => {
    const other = await plain((q, r) => r.end(JSON.stringify(q.headers)));
    const url = await plain(
      (_, r) => void r.writeHead(302, { location: other.replace("127.0.0.1", "localhost") }).end(),
    );
    const seen: unknown = JSON.parse((await get(url, { headers })).body);
    expect(seen).toMatchObject({ "x-other": "1" });
    expect(seen).not.toHaveProperty("authorization");
    expect(seen).not.toHaveProperty("x-vault-token");
  });
  it("end after ten requests", async () => {
    let asked = 0;
    const url = await plain((_, r) => {
      asked++;
      r.writeHead(302, { location: "/again" }).end();
    });
    await expect(get(url)).rejects.toThrow(`GET ${url}: stopped after 10 redirects`);
    expect(asked).toBe(10);
  });
  it("are the caller's where it wants them, and answers where they lead nowhere", async () => {
    const url = await plain((q, r) => void r.writeHead(302, q.url === "/to" ? { location: "/" } : {}).end("here"));
    expect((await get(`${url}/to`, { keepRedirect: true })).status).toBe(302);
    expect(await get(`${url}/to`)).toMatchObject({ status: 302, body: "here" });
  });
});

it("ends with the signal's reason", async () => {
  const url = await plain((_, r) => void r.writeHead(200).write("some"));
  const stop = new AbortController();
  const asked = requestHttp({ method: "GET", url }, stop.signal);
  setTimeout(() => stop.abort(new Error("stopped")), 50);
  await expect(asked).rejects.toThrow("stopped");
});

it("names each address that refused", async () => {
  const url = await plain(() => {});
  closing.pop()?.close();
  const name = url.replace("127.0.0.1", "localhost");
  await expect(get(name)).rejects.toThrow(new RegExp(`^GET ${name}: connect ECONNREFUSED .+:\\d+`));
});
