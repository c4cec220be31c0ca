import { type Host, messageOf, type Process, type ResourceKind } from "@kiln/sdk";

/** `mark` is a text that only this process bears among its arguments: the path of a folder of its own. */
export type ProcessIntent = { readonly mark: string; readonly name: string };
export type ProcessRef = { readonly pid: number; readonly mark: string };

/** A helper program of a build, found by its mark among all that run; a pid alone may be somebody else's by now. */
function processKind(kind: string, what: string): ResourceKind<ProcessIntent, ProcessRef> {
  return {
    kind,
    describe: ({ name }, ref) => `${what} ${name}${ref ? ` (process ${ref.pid})` : ""}`,
    find: ({ mark }, { host }, signal) => processesWith(mark, host, signal),
    async release({ mark }, { host }, signal) {
      for (let tries = 0; ; tries++) {
        const left = await processesWith(mark, host, signal);
        if (left.length === 0) return;
        if (tries === 200) throw new Error(`process ${left.map((p) => p.pid).join(", ")} does not end`);
        if (tries % 20 === 0) for (const { pid } of left) await killProcess(pid, host, signal);
        await host.clock.sleep(20, signal);
      }
    },
  };
}
export const machineKind = processKind("qemu.machine", "QEMU virtual machine");
export const tpmKind = processKind("qemu.tpm", "TPM emulator of");

/** Where there is no /proc, `ps` tells the same. */
async function processesWith(mark: string, host: Host, signal: AbortSignal): Promise<readonly ProcessRef[]> {
  const all = host.platform === "linux" ? await fromProc(host) : await fromPs(host, signal);
  return all.filter(({ words }) => words.includes(mark)).map(({ pid }) => ({ pid, mark }));
}

interface Running {
  readonly pid: number;
  readonly words: string;
}

async function fromProc(host: Host): Promise<readonly Running[]> {
  const pids = (await host.files.list("/proc")).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (pid) => ({
      pid: Number(pid),
      // Gone in between, or a zombie, which has no arguments any more.
      words: await host.files.readText(`/proc/${pid}/cmdline`).catch(() => ""),
    })),
  );
}

async function fromPs(host: Host, signal: AbortSignal): Promise<readonly Running[]> {
  const child = host.processes.spawn("ps", ["-axo", "pid=,command="], { signal });
  const text = await outputOf(child);
  return text.split("\n").map((line) => ({ pid: Number.parseInt(line, 10), words: line }));
}

async function killProcess(pid: number, host: Host, signal: AbortSignal): Promise<void> {
  const child =
    host.platform === "win32"
      ? host.processes.spawn("taskkill", ["/F", "/PID", String(pid)], { signal })
      : host.processes.spawn("sh", ["-c", 'kill -9 "$1"', "sh", String(pid)], { signal });
  await outputOf(child);
}

async function outputOf(child: Process): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const { bytes } of child.output) text += decoder.decode(bytes, { stream: true });
  await child.exit.catch((error: unknown) => {
    throw new Error(`cannot look at the processes: ${messageOf(error)}`, { cause: error });
  });
  return text;
}
