import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Starts the machine's docker engine where none answers, and leaves it running for whoever comes next. */
export async function ensureDocker(): Promise<void> {
  if (engineAnswers()) return;
  const log = join(tmpdir(), "kiln-test-dockerd.log");
  const output = openSync(log, "a");
  // Another worker may do the same at the same moment: the one that loses ends by itself.
  spawn("dockerd", [], { detached: true, stdio: ["ignore", output, output] }).unref();
  await until(engineAnswers, () => `dockerd does not answer:\n${readFileSync(log, "utf8").slice(-2000)}`);
}

export interface DockerEngine extends AsyncDisposable {
  /** For DOCKER_HOST. */
  readonly host: string;
  /** Runs the docker command line against this engine. */
  docker(...args: readonly string[]): Promise<string>;
  /** SIGKILL to the engine and all it runs: what a crash looks like to its clients. */
  kill(): Promise<void>;
  /** Starts it again on the same disk and the same address, after it was killed. */
  restart(): Promise<void>;
}

/**
 * An engine of the test's own: one that may be stopped, and whose disk may be full. It lives in namespaces of its own, so that its mounts,
 * processes and bridge go with it; two engines side by side fight over docker0 (even `--bridge=none` removes the other's).
 */
export async function startEngine(options: { readonly data?: string } = {}): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), "kiln-dockerd-"));
  const host = `unix://${folder}/docker.sock`;
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const cgroup = `/${basename(folder)}`;
  const flags = [
    ...["-H", host, "--data-root", options.data ?? `${folder}/data`, "--exec-root", `${folder}/exec`],
    ...["--pidfile", `${folder}/pid`, "--cgroup-parent", cgroup],
    ...["--iptables=false", "--ip6tables=false", "--ip-masq=false"],
  ];
  const apart = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = 'ip link set lo up && exec dockerd "$@"';
  let child: ChildProcess;
  let over: Promise<unknown>;
  const kill = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await over;
    // The kernel ends what was in the process namespace; its sockets stop answering a moment later.
    await until(
      () => !engineAnswers(host),
      () => "dockerd of the test still answers",
    );
  };
  const restart = async (): Promise<void> => {
    // What a dead engine kept for its processes means nothing to the next one.
    for (const name of ["pid", "exec"]) rmSync(join(folder, name), { recursive: true, force: true });
    child = spawn("unshare", [...apart, "sh", "-c", script, "dockerd", ...flags], {
      stdio: ["ignore", output, output],
    });
    over = once(child, "exit");
    await until(
      () => engineAnswers(host),
      () => `dockerd of the test does not answer:\n${readFileSync(log, "utf8").slice(-2000)}`,
    );
  };
  await restart();
  return {
    host,
    docker: (...args) => docker(["-H", host, ...args]),
    kill,
    restart,
    async [Symbol.asyncDispose]() {
      await kill();
      spawnSync("sh", ["-c", `find /sys/fs/cgroup -depth -type d -path '*${cgroup}*' -exec rmdir {} +`]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
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

/** Whether an engine speaks docker's protocol there; the machine's own where no address is given. */
export function engineAnswers(host?: string): boolean {
  const args = [...(host ? ["-H", host] : []), "version", "--format", "{{.Server.Version}}"];
  return spawnSync("docker", args, { stdio: "ignore", timeout: 5_000 }).status === 0;
}

export async function until(probe: () => boolean, complaint: () => string): Promise<void> {
  for (let look = 0; look < 300; look++) {
    if (probe()) return;
    await sleep(100);
  }
  throw new Error(complaint());
}
