import type { Host } from "@kiln/sdk";

const pauseMs = 100;

/**
 * Waits while a docker command whose arguments hold `word` still runs: when its parent was killed it goes on by itself, and what it makes
 * would come after we looked. Only Linux tells; elsewhere this waits two seconds.
 */
export async function commandEnded(word: string, host: Host, signal: AbortSignal): Promise<void> {
  if (host.platform !== "linux") return host.clock.sleep(2_000, signal);
  while (await isRunning(word, host)) await host.clock.sleep(pauseMs, signal);
}

/** Ends such a command and waits until it has: the engine gives up what nobody waits for any more. Elsewhere it is only waited for. */
export async function endCommand(word: string, host: Host, signal: AbortSignal): Promise<void> {
  if (host.platform === "linux") {
    for (const pid of await running(word, host)) {
      await host.processes.spawn("sh", ["-c", 'kill "$1"', "sh", pid], { signal }).exit;
    }
  }
  await commandEnded(word, host, signal);
}

/** False where nobody tells. */
export async function isRunning(word: string, host: Host): Promise<boolean> {
  return host.platform === "linux" && (await running(word, host)).length > 0;
}

/** Process ids. */
async function running(word: string, { files }: Host): Promise<readonly string[]> {
  const found: string[] = [];
  for (const pid of await files.list("/proc").catch(() => [])) {
    if (!/^\d+$/.test(pid)) continue;
    const command = await files.readText(`/proc/${pid}/cmdline`).catch(() => "");
    const [program = "", ...args] = command.split("\0");
    if (/docker|podman/.test(program) && args.some((arg) => arg.includes(word))) found.push(pid);
  }
  return found;
}
