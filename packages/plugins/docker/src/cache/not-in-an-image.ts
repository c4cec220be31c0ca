import type { BuildContext, Host } from "@kiln/sdk";
import type { Docker } from "../engine/open-engine.ts";
import { asked, type CachedContainer } from "./cached-container.ts";
import { processes } from "./processes.ts";

const looks = 4;
const pauseMs = 100;

/** What a container has besides its files, which an image of it would not have; undefined where there is nothing. */
export async function notInAnImage(
  { host }: Pick<BuildContext, "host">,
  docker: Docker,
  container: CachedContainer,
  signal: AbortSignal,
): Promise<string | undefined> {
  const others = await mounts(docker, container, signal);
  if (others.length > 0) return `an image does not hold what is in the container's volumes (${others.join(", ")})`;
  if ((await host.files.list(container.shared)).length > 0)
    return `an image does not hold what is in ${container.sharedAt}`;
  const started = await startedProcesses(host, docker, container, signal);
  if (started.length === 0) return undefined;
  return `an image does not hold processes, and provisioners left some running (${started.slice(0, 3).join("; ")})`;
}

/** Those that do not end within a moment: what a script leaves may just be on its way out. */
async function startedProcesses(
  host: Host,
  docker: Docker,
  container: CachedContainer,
  signal: AbortSignal,
): Promise<readonly string[]> {
  for (let look = 1; ; look++) {
    const running = await processes(docker, container.id, signal);
    const started = [...running].filter(([pid]) => !container.processes.has(pid)).map(([, command]) => command);
    if (started.length === 0 || look === looks) return started;
    await host.clock.sleep(pauseMs, signal);
  }
}

/** Where something else than the container's own files is mounted, besides the shared directory. */
async function mounts(docker: Docker, container: CachedContainer, signal: AbortSignal): Promise<readonly string[]> {
  const format =
    "{{range .Mounts}}{{println .Destination}}{{end}}{{range $to, $_ := .HostConfig.Tmpfs}}{{println $to}}{{end}}";
  const text = await asked(docker, ["container", "inspect", "--format", format, container.id], signal);
  return text.split("\n").filter((line) => line !== "" && line !== container.sharedAt);
}
