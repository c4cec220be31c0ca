import { StepError } from "@kiln/sdk";
import type { Docker } from "../engine/open-engine.ts";
import { asked } from "./cached-container.ts";

/**
 * Process ids in a container with their commands. Those that are dead and those of an SSH server, which has one for each connection (and
 * ours is one), are left out.
 */
export async function processes(
  docker: Docker,
  container: string,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const all = await seen(docker, container, signal);
  return new Map(all.filter(({ command, dead }) => !dead && !/^sshd\b/.test(command)).map((p) => [p.pid, p.command]));
}

interface ProcessSeen {
  readonly pid: string;
  readonly command: string;
  readonly dead: boolean;
}

async function seen(docker: Docker, container: string, signal: AbortSignal): Promise<readonly ProcessSeen[]> {
  try {
    return fromTop(await asked(docker, ["top", container], signal));
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof StepError)) throw error;
    // Podman's service cannot tell; the container itself can.
    const found = await fromInside(docker, container, signal);
    if (found) return found;
    throw error;
  }
}

function fromTop(text: string): readonly ProcessSeen[] {
  const [head = "", ...rows] = text.split("\n");
  const titles = head.trim().split(/\s+/);
  const column = Math.max(0, titles.indexOf("PID"));
  return rows.map((row) => {
    const words = row.trim().split(/\s+/);
    const command = words.slice(titles.length - 1).join(" ");
    return { pid: words[column] ?? "", command, dead: command.endsWith("<defunct>") };
  });
}

/** Builtins only: a process of this look must not be seen by it. Source of the format: proc(5), /proc/PID/stat. */
const listing =
  'for d in /proc/[0-9]*; do [ "$d" = "/proc/$$" ] || { read -r s < "$d/stat" && echo "$s"; }; done 2>/dev/null; true';

async function fromInside(
  { engine }: Docker,
  container: string,
  signal: AbortSignal,
): Promise<readonly ProcessSeen[] | undefined> {
  let text = "";
  const decoder = new TextDecoder();
  const { exit } = await engine.exec(container, {
    command: ["/bin/sh", "-c", listing],
    onOutput: ({ bytes }) => {
      text += decoder.decode(bytes, { stream: true });
    },
    signal,
  });
  const found = Array.from(text.matchAll(/^(\d+) \((.*)\) (\S)/gm), ([, pid = "", command = "", state]) => ({
    pid,
    command,
    dead: state === "Z" || state === "X",
  }));
  return exit === 0 && found.length > 0 ? found : undefined;
}
