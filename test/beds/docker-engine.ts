import { execFile, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Starts the machine's docker engine where none answers, and leaves it running for whoever comes next. */
export async function ensureDocker(): Promise<void> {
  if (answers()) return;
  const log = join(tmpdir(), "kiln-test-dockerd.log");
  const output = openSync(log, "a");
  // Another worker may do the same at the same moment: the one that loses ends by itself.
  spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] }).unref();
  await until(answers, () => `dockerd does not answer:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

export interface DockerEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  readonly pid: number;
  /** Where it keeps its images and containers. */
  readonly data: string;
  /** Runs the docker command line against this engine. */
  docker(...args: readonly string[]): Promise<string>;
  /** SIGKILL: what a crash of the engine looks like. */
  kill(): Promise<void>;
}

/** An engine of the test's own, without a network bridge: one that may be stopped, and whose disk may be full. */
export async function startEngine(options: { readonly data?: string } = {}): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), "kiln-dockerd-"));
  const data = options.data ?? join(folder, "data");
  const host = `unix://${folder}/docker.sock`;
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const child = spawn(
    "dockerd",
    [
      ...["-H", host, "--data-root", data, "--exec-root", `${folder}/exec`, "--pidfile", `${folder}/pid`],
      ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"],
    ],
    { stdio: ["ignore", output, output] },
  );
  const over = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill(signal);
    await over;
  };
  await until(
    () => answers(host),
    () => `dockerd of the test does not answer:\n${readFileSync(log, "utf8").slice(-2000)}`,
  );
  return {
    host,
    pid: child.pid ?? 0,
    data,
    docker: (...args) => docker(["-H", host, ...args]),
    kill: () => end("SIGKILL"),
    async [Symbol.asyncDispose]() {
      if (answers(host)) {
        const running = await docker(["-H", host, "ps", "-aq"]);
        for (const id of running.split("\n").filter(Boolean)) await docker(["-H", host, "rm", "-f", id]);
      }
      await end("SIGTERM");
      // A killed engine leaves its containerd (with its shims) behind; they are this engine's own, named in its folder.
      const containerd = join(folder, "exec", "containerd", "containerd.pid");
      if (existsSync(containerd)) spawnSync("kill", [readFileSync(containerd, "utf8").trim()]);
      spawnSync("sh", ["-c", `grep -o '${folder}[^ ]*' /proc/mounts | sort -r | xargs -r umount -l`]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs the docker command line and gives its standard output, trimmed. */
export function docker(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile("docker", args, { encoding: "utf8", maxBuffer: 1 << 26 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`docker ${args.join(" ")}: ${stderr}`, { cause: error }));
      else resolve(stdout.trim());
    });
  });
}

function answers(host?: string): boolean {
  const args = [...(host ? ["-H", host] : []), "version", "--format", "{{.Server.Version}}"];
  return spawnSync("docker", args, { stdio: "ignore", timeout: 5_000 }).status === 0;
}

async function until(probe: () => boolean, complaint: () => string): Promise<void> {
  for (let look = 0; look < 300; look++) {
    if (probe()) return;
    await sleep(100);
  }
  throw new Error(complaint());
}
