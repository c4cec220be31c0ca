import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createTcpServer } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where the virtual environment with moto is kept between runs. */
const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "kiln-test", "moto-5.2");

/** The server's program, installed from PyPI on first use. */
function motoServer(): string {
  const program = join(folder, "bin", "moto_server");
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  const pip = join(folder, "bin", "pip");
  execFileSync(pip, ["install", "--quiet", "moto[server,ec2,ssm,iam]>=5.2,<5.3"], { stdio: "inherit" });
  return program;
}

async function freePort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export interface Exchange {
  readonly action: string;
  /** Parameters of a Query request. */
  readonly sent: URLSearchParams;
  readonly status: number;
  readonly body: string;
}
export interface Moto extends AsyncDisposable {
  readonly url: string;
  readonly exchanges: Exchange[];
}

/** Moto, an independent implementation of AWS, behind a proxy that notes what was asked. `onExchange` may act before the answer goes out. */
export async function startMoto(onExchange: (exchange: Exchange) => Promise<void> | void): Promise<Moto> {
  const port = await freePort();
  const program = spawn(motoServer(), ["-H", "127.0.0.1", "-p", String(port)], { stdio: "ignore" });
  const over = new Promise<void>((resolve) => program.once("exit", () => resolve()));
  const target = `http://127.0.0.1:${port}`;
  for (let look = 0; ; look++) {
    if (program.exitCode !== null || look > 600) throw new Error("moto_server did not start");
    if (
      await fetch(`${target}/moto-api/`).then(
        (r) => r.ok,
        () => false,
      )
    )
      break;
    await sleep(100);
  }
  const exchanges: Exchange[] = [];
  const proxy = createServer((incoming, outgoing) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const sent = Buffer.concat(chunks);
      const { status, headers, body } = await forward(target, incoming, sent);
      const header = String(incoming.headers["x-amz-target"] ?? "").split(".")[1];
      const parameters = new URLSearchParams(sent.toString());
      const action = header ?? parameters.get("Action") ?? "";
      const exchange = { action, sent: parameters, status, body: body.toString() };
      exchanges.push(exchange);
      await onExchange(exchange);
      outgoing.writeHead(status, headers).end(body);
    })().catch((error: unknown) => outgoing.destroy(error as Error));
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    exchanges,
    [Symbol.asyncDispose]: async () => {
      proxy.closeAllConnections();
      await new Promise((resolve) => proxy.close(resolve));
      program.kill("SIGKILL");
      await over;
    },
  };
}

interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: Buffer;
}
function forward(target: string, incoming: IncomingMessage, body: Buffer): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const { method, url = "/", headers } = incoming;
    const out = request(new URL(url, target), { ...(method && { method }), headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.once("error", reject);
      answer.once("end", () =>
        resolve({ status: answer.statusCode ?? 500, headers: answer.headers, body: Buffer.concat(chunks) }),
      );
    });
    out.once("error", reject);
    out.end(body);
  });
}
