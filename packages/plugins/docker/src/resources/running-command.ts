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

async function isRunning(word: string, { files }: Host): Promise<boolean> {
  const names = await files.list("/proc").catch(() => []);
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue;
    const command = await files.readText(`/proc/${name}/cmdline`).catch(() => "");
    const [program = "", ...args] = command.split("\0");
    if (/docker|podman/.test(program) && args.some((arg) => arg.includes(word))) return true;
  }
  return false;
}
