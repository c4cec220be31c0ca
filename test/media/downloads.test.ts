import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../kiln.ts";

const body = randomBytes(6_000_000);
const checksum = `sha256:${createHash("sha256").update(body).digest("hex")}`;
const child = join(import.meta.dirname, "download-child.ts");
let folder = "";
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kiln-media-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
  rmSync(folder, { recursive: true, force: true });
});
const cache = (): string => join(folder, "cache");
const env = (more: Readonly<Record<string, string>> = {}): Record<string, string> => ({
  PACKER_CACHE_DIR: cache(),
  ...more,
});
async function listening(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Answers ranges, 100 kB every 20 ms: slow enough to be met in the middle. */
async function slowServer(): Promise<{ readonly url: string; readonly ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const port = await listening(
    createServer((request, response) => {
      ranges.push(request.headers.range);
      const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"1"',
        "content-length": body.length - from,
        ...(from > 0 && { "content-range": `bytes ${from}-${body.length - 1}/${body.length}` }),
      });
      let at = from;
      const timer = setInterval(() => {
        response.write(body.subarray(at, at + 100_000));
        at += 100_000;
        if (at < body.length) return;
        clearInterval(timer);
        response.end();
      }, 20);
      response.once("close", () => clearInterval(timer));
    }),
  );
  return { url: `http://127.0.0.1:${port}/x.iso`, ranges };
}
const files = (): readonly string[] => readdirSync(cache()).sort((a, b) => (a < b ? -1 : 1));

describe("one cache", () => {
  it("is filled once by two builds at the same time; the second says that it waits", async () => {
    const { url, ranges } = await slowServer();
    const both = await Promise.all(
      [1, 2].map(() => run(process.execPath, [child, url, checksum], { cwd: folder, env: env() })),
    );
    expect(both.map((r) => r.code)).toEqual([0, 0]);
    expect(ranges).toEqual([undefined]);
    const cached = both.map((r) => JSON.parse(r.stdout.trim().split("\n").at(-1) ?? "") as { cached: boolean });
    expect(cached.filter((c) => c.cached)).toHaveLength(1);
    expect(both.filter((r) => r.stdout.includes("Waiting for another build that downloads to "))).toHaveLength(1);
    expect(files()).toHaveLength(1);
    expect(readFileSync(join(cache(), files()[0] ?? "")).equals(body)).toBe(true);
  });

  it("survives a kill in the middle: the next build takes over the lock and goes on", async () => {
    const { url, ranges } = await slowServer();
    const killed = spawn(process.execPath, [child, url, checksum], { cwd: folder, env: { ...process.env, ...env() } });
    const arrived = (): number => {
      try {
        return statSync(join(cache(), files().find((name) => name.endsWith(".part")) ?? "none")).size;
      } catch {
        return 0;
      }
    };
    while (arrived() < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 10));
    killed.kill("SIGKILL");
    await new Promise((resolve) => killed.once("exit", resolve));
    expect(files().some((name) => name.endsWith(".lock"))).toBe(true);
    const next = await run(process.execPath, [child, url, checksum], { cwd: folder, env: env() });
    expect(next.code, next.stdout).toBe(0);
    expect(ranges).toHaveLength(2);
    expect(Number(/bytes=(\d+)-/.exec(ranges[1] ?? "")?.[1])).toBeGreaterThanOrEqual(1_000_000);
    expect(files()).toHaveLength(1);
    expect(readFileSync(join(cache(), files()[0] ?? "")).equals(body)).toBe(true);
  });
});

it("goes through a proxy to a server whose authority the system knows", async () => {
  execFileSync(
    "openssl",
    ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"].concat(
      ["-subj", "/CN=images.test", "-addext", "subjectAltName=DNS:images.test"],
      ["-keyout", join(folder, "key.pem"), "-out", join(folder, "ca.pem")],
    ),
    { stdio: "ignore" },
  );
  const tls = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "ca.pem")) };
  const secure = await listening(createSecureServer(tls, (_, response) => response.end(body)) as unknown as Server);
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    const onward = connect(secure, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
    for (const end of [onward, socket]) end.on("error", () => {});
  });
  const address = `http://127.0.0.1:${await listening(proxy)}`;
  const url = "https://images.test/x.iso";
  const trusting = env({ HTTPS_PROXY: address, SSL_CERT_FILE: join(folder, "ca.pem") });
  const good = await run(process.execPath, [child, url, checksum], { cwd: folder, env: trusting });
  expect(good.code, good.stdout).toBe(0);
  expect(asked).toEqual(["images.test:443"]);
  rmSync(cache(), { recursive: true });
  const wary = await run(process.execPath, [child, url, checksum], { cwd: folder, env: env({ HTTPS_PROXY: address }) });
  expect(wary.code).toBe(1);
  expect(wary.stdout).toMatch(/https:\/\/images\.test\/x\.iso: self-signed certificate/);
});

it.each([
  ["gz", "gzip"],
  ["bz2", "bzip2"],
  ["xz", "xz"],
  ["zst", "zstd"],
])("unpacks what %s made", async (suffix, program) => {
  await unpacks(`x.img.${suffix}`, `${program} -c x.img > x.img.${suffix}`);
});
it.each(["tar", "tar.gz", "tar.xz"])("unpacks the only file of a .%s", async (suffix) => {
  await unpacks(`x.${suffix}`, `tar -caf x.${suffix} x.img`);
});
it("refuses an archive of two files", async () => {
  execFileSync("sh", ["-c", "echo a >a; echo b >b; tar -cf x.tar a b"], { cwd: folder });
  const refused = await run(process.execPath, [child, "x.tar", "none"], { cwd: folder, env: env() });
  expect(refused.code).toBe(1);
  expect(refused.stdout).toContain("an archive of an image holds one file, this one holds 2: a, b");
  expect(files()).toEqual([]);
});

async function unpacks(name: string, pack: string): Promise<void> {
  execFileSync("sh", ["-c", `head -c 300000 /dev/urandom > x.img; ${pack}`], { cwd: folder });
  const sum = execFileSync("sha256sum", [name], { cwd: folder }).toString().slice(0, 64);
  const done = await run(process.execPath, [child, name, sum], { cwd: folder, env: env() });
  expect(done.code, done.stdout).toBe(0);
  const { path } = JSON.parse(done.stdout.trim().split("\n").at(-1) ?? "") as { path: string };
  expect(readFileSync(path).equals(readFileSync(join(folder, "x.img")))).toBe(true);
  const again = await run(process.execPath, [child, name, sum], { cwd: folder, env: env() });
  expect(again.stdout).toContain('"cached":true');
}
