import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type DockerEngine, docker, engineAnswers, until } from "./docker-engine.ts";

/**
 * Debian's Podman as a service that speaks docker's protocol, with images and containers of its own. It lives in namespaces of its own, as
 * the test's docker engines do: its bridge and its mounts go with it.
 */
export async function startPodman(): Promise<Omit<DockerEngine, "kill" | "restart">> {
  const folder = mkdtempSync(join(tmpdir(), "kiln-podman-"));
  const host = `unix://${folder}/podman.sock`;
  const log = join(folder, "log");
  const output = openSync(log, "a");
  const cgroup = `/${basename(folder)}`;
  const settings = join(folder, "containers.conf");
  writeFileSync(settings, configuration(cgroup));
  for (const name of ["root", "run", "tmp"]) mkdirSync(join(folder, name));
  const flags = ["--root", `${folder}/root`, "--runroot", `${folder}/run`, "--tmpdir", `${folder}/tmp`];
  const service = ["system", "service", "--time=0", host];
  const apart = ["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const script = 'ip link set lo up && exec podman "$@"';
  const child = spawn("unshare", [...apart, "sh", "-c", script, "podman", ...flags, ...service], {
    stdio: ["ignore", output, output],
    env: { ...process.env, CONTAINERS_CONF: settings },
  });
  const over = once(child, "exit");
  const dispose = async (): Promise<void> => {
    child.kill("SIGKILL");
    await over;
    spawnSync("sh", ["-c", `find /sys/fs/cgroup -depth -type d -path '*${cgroup}*' -exec rmdir {} +`]);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await until(
      () => engineAnswers(host),
      () => `podman does not answer:\n${readFileSync(log, "utf8").slice(-2000)}`,
    );
  } catch (error) {
    await dispose();
    throw error;
  }
  return { host, docker: (...args) => docker(["-H", host, ...args]), [Symbol.asyncDispose]: dispose };
}

/** Limits that any machine allows its containers, and no need of systemd. */
function configuration(cgroup: string): string {
  return `[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
cgroupns = "host"
[network]
network_backend = "netavark"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
cgroup_parent = "${cgroup}"
events_logger = "file"
`;
}
