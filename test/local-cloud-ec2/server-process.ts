import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";

/** A directory for one test's state, keys and templates. */
export function workDirectory(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "local-cloud-ec2-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** A local cloud with real machines in a process of its own. */
export class ServerProcess implements AsyncDisposable {
  readonly environment: Readonly<Record<string, string>>;
  readonly #child: ChildProcess;
  readonly #errors: string[];

  private constructor(child: ChildProcess, environment: Readonly<Record<string, string>>, errors: string[]) {
    this.#child = child;
    this.environment = environment;
    this.#errors = errors;
  }

  static async start(directory: string, ...credentials: readonly string[]): Promise<ServerProcess> {
    const program = join(import.meta.dirname, "serve.ts");
    const child = spawn(process.execPath, [program, directory, ...credentials], { stdio: ["ignore", "pipe", "pipe"] });
    const errors: string[] = [];
    child.stderr.setEncoding("utf8").on("data", (text: string) => errors.push(text));
    const lines = createInterface({ input: child.stdout });
    const first = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`the server ended with ${code}: ${errors.join("")}`)));
    });
    return new ServerProcess(child, JSON.parse(first), errors);
  }

  get endpoint(): string {
    return this.environment["AWS_ENDPOINT_URL"] ?? "";
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill(signal);
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGTERM");
    if (this.#errors.length > 0) throw new Error(`the server complained: ${this.#errors.join("")}`);
  }
}

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Runs a peer to its end, without any AWS settings of the caller. */
export function runPeer(file: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("AWS_")));
  const env = { ...inherited, HOME: options.cwd ?? tmpdir(), AWS_PAGER: "", CHECKPOINT_DISABLE: "1", ...options.env };
  return new Promise((resolve) => {
    execFile(file, [...args], { env, cwd: options.cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : error ? 255 : 0, stdout, stderr });
    });
  });
}

/** A command over OpenSSH's own client. */
export async function ssh(key: string, login: string, command: string): Promise<Finished> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"];
  return await runPeer("/usr/bin/ssh", [...options.flatMap((option) => ["-o", option]), "-i", key, login, command]);
}
