import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ensureDocker } from "./docker-engine.ts";

export interface Registry extends AsyncDisposable {
  /** `ADDRESS:PORT`, the first part of a repository's name. */
  readonly server: string;
  readonly username: string;
  readonly password: string;
  /** The registry's answer to a GET of `path`, logged in. */
  get(path: string, accept?: string): Promise<{ readonly status: number; readonly body: string }>;
}

/**
 * Debian's docker-registry behind TLS of a CA of its own and a password. It does not listen on loopback, which docker trusts without
 * a certificate; the engine is told of the CA under /etc/docker/certs.d.
 */
export async function startRegistry(): Promise<Registry> {
  await ensureDocker();
  const folder = mkdtempSync(join(tmpdir(), "kiln-registry-"));
  const address = ownAddress();
  const port = await freePort(address);
  const server = `${address}:${port}`;
  const username = "builder";
  const password = `pass-${process.pid}-${port}`;
  const certificate = makeCertificate(folder, address);
  const users = join(folder, "users");
  writeFileSync(users, execFileSync("htpasswd", ["-Bbn", username, password]));
  const config = join(folder, "config.yml");
  writeFileSync(config, configuration(folder, server, users));
  const trusted = join("/etc/docker/certs.d", server);
  mkdirSync(trusted, { recursive: true });
  writeFileSync(join(trusted, "ca.crt"), certificate);

  const child = spawn("docker-registry", ["serve", config], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const get: Registry["get"] = (path, accept) => ask(server, path, certificate, `${username}:${password}`, accept);
  const dispose = async (): Promise<void> => {
    child.kill();
    await over;
    rmSync(trusted, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  };
  for (let look = 0; look < 200 && child.exitCode === null; look++) {
    const answer = await get("/v2/").catch(() => undefined);
    if (answer?.status === 200) return { server, username, password, get, [Symbol.asyncDispose]: dispose };
    await sleep(50);
  }
  await dispose();
  throw new Error(`docker-registry did not start:\n${said.slice(-2000)}`);
}

function ownAddress(): string {
  const found = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = found.find(({ family, internal }) => family === "IPv4" && !internal);
  if (!outer) throw new Error("this machine has no IPv4 address beyond loopback for the registry to listen on");
  return outer.address;
}

/** A CA and a server's certificate signed by it, for an address; returns the CA's. */
function makeCertificate(folder: string, address: string): string {
  const openssl = (...args: readonly string[]): Buffer => execFileSync("openssl", args, { cwd: folder, stdio: "pipe" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  openssl("req", "-x509", ...key, "-keyout", "ca.key", "-out", "ca.crt", "-days", "2", "-subj", "/CN=Kiln test CA");
  openssl("req", ...key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=registry");
  writeFileSync(join(folder, "extensions"), `subjectAltName=IP:${address}\n`);
  const signing = ["-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "extensions"];
  openssl("x509", "-req", "-in", "server.csr", ...signing, "-out", "server.crt", "-days", "2");
  return readFileSync(join(folder, "ca.crt"), "utf8");
}

function configuration(folder: string, server: string, users: string): string {
  return JSON.stringify({
    version: 0.1,
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(folder, "data") }, delete: { enabled: true } },
    http: { addr: server, tls: { certificate: join(folder, "server.crt"), key: join(folder, "server.key") } },
    auth: { htpasswd: { realm: "kiln", path: users } },
  });
}

function ask(
  server: string,
  path: string,
  ca: string,
  auth: string,
  accept = "*/*",
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(`https://${server}${path}`, { ca, auth, headers: { accept } }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.once("end", () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    asked.once("error", reject).end();
  });
}

async function freePort(address: string): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
