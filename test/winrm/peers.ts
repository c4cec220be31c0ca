import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectors } from "@kiln/communicators";
import { nodeHost } from "@kiln/host-node";
import type { Communicator, ConnectConfig } from "@kiln/sdk";
import { FakeUi } from "@kiln/sdk/testing";

const here = import.meta.dirname;

/** A service of somebody else's, as a process that ends with its standard input. */
export interface Peer extends AsyncDisposable {
  readonly port: number;
}

async function started(child: ChildProcess): Promise<Peer> {
  const line = await new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (bytes: Buffer) => {
      text += bytes.toString();
      if (text.includes("\n")) resolve(text);
    });
    child.once("exit", (code) => reject(new Error(`the service ended with ${code}`)));
  });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    port: Number(line.trim().split(" ").at(-1)),
    [Symbol.asyncDispose]: async () => {
      child.stdin?.end();
      await exited;
    },
  };
}

/** Builds `peer/main.go` in a folder of its own; `remove` it at the end. */
export function buildGoPeer(): { readonly start: () => Promise<Peer>; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "kiln-winrm-go-"));
  const binary = join(folder, "peer");
  execFileSync("go", ["build", "-o", binary, "."], { cwd: join(here, "peer"), stdio: ["ignore", "ignore", "inherit"] });
  return {
    start: () => started(spawn(binary, { stdio: ["pipe", "pipe", "inherit"] })),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Python with pyspnego, in a folder that later runs use again. */
export function pythonWithSpnego(): string {
  const folder = join(tmpdir(), "kiln-pyspnego-0.12.4");
  const python = join(folder, "bin/python");
  if (existsSync(join(folder, "ready"))) return python;
  execFileSync("python3", ["-m", "venv", "--clear", folder], { stdio: "inherit" });
  execFileSync(python, ["-m", "pip", "install", "-q", "pyspnego==0.12.4", "pywinrm==0.5.0"], { stdio: "inherit" });
  execFileSync("touch", [join(folder, "ready")]);
  return python;
}

export function startPythonPeer(python: string, user: string, password: string): Promise<Peer> {
  const file = join(here, "ntlm_service.py");
  return started(spawn(python, [file, user, password], { stdio: ["pipe", "pipe", "inherit"] }));
}

export async function connectTo(
  port: number,
  config: Partial<ConnectConfig>,
): Promise<{ readonly comm: Communicator; readonly ui: FakeUi }> {
  const ui = new FakeUi();
  const connector = await connectors.winrm();
  const comm = await connector.connect(
    {
      config: { communicator: "winrm", winrm_timeout: 10_000, ...config } as ConnectConfig,
      address: async () => ({ host: "127.0.0.1", port }),
    },
    { host: nodeHost(), ui, signal: AbortSignal.timeout(60_000), secrets: { add: () => {} } },
  );
  return { comm, ui };
}
