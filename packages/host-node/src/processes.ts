import type { ChildProcess } from "node:child_process";
import type { Writable } from "node:stream";
import type { OutputChunk, Process, ProcessExit, SpawnOptions } from "@kiln/sdk";

/** How long a process may take to go after SIGTERM before it is killed. */
const graceMs = 3_000;

async function* merged(child: ChildProcess): AsyncGenerator<OutputChunk> {
  const queue: OutputChunk[] = [];
  let open = 0;
  let wake: (() => void) | undefined;
  for (const stream of ["stdout", "stderr"] as const) {
    const from = child[stream];
    if (!from) continue;
    open++;
    from.on("data", (bytes: Uint8Array) => {
      queue.push({ stream, bytes });
      // Bounded memory: the child waits on its pipe while the reader catches up.
      if (queue.length > 64) from.pause();
      wake?.();
    });
    from.once("close", () => {
      open--;
      wake?.();
    });
    from.on("error", () => {});
  }
  for (;;) {
    const chunk = queue.shift();
    if (chunk) {
      if (queue.length < 16) {
        child.stdout?.resume();
        child.stderr?.resume();
      }
      yield chunk;
      continue;
    }
    if (open === 0) return;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    wake = undefined;
  }
}

/** Resolves when the stream takes more, or is gone; leaves no listener behind. */
function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done).off("close", done);
      resolve();
    };
    stream.on("drain", done).on("close", done);
  });
}

async function feed(child: ChildProcess, source: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  const input = child.stdin;
  if (!input) return;
  // A child that stops reading is its own business: its exit code tells.
  input.on("error", () => {});
  if (source) {
    for await (const chunk of source) {
      if (input.destroyed) return;
      if (!input.write(chunk)) await drained(input);
    }
  }
  input.end();
}

/**
 * Starts a process in a group of its own, so that ending it ends what it started too. Aborting sends SIGTERM to the group, then
 * SIGKILL.
 */
export function spawnProcess(file: string, args: readonly string[], options: SpawnOptions): Process {
  // Loaded when a process is started: most commands start none.
  const { spawn } = process.getBuiltinModule("node:child_process");
  const group = options.terminal !== true && process.platform !== "win32";
  const child = spawn(file, args, {
    ...(options.cwd !== undefined && { cwd: options.cwd }),
    ...(options.env && { env: options.env }),
    detached: group,
    stdio: options.terminal ? "inherit" : [options.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    windowsHide: true,
  });
  const kill = (signal: NodeJS.Signals): void => {
    try {
      if (group && child.pid !== undefined) process.kill(-child.pid, signal);
      else child.kill(signal);
    } catch {
      // Already gone.
    }
  };
  let hard: NodeJS.Timeout | undefined;
  const abort = (): void => {
    kill("SIGTERM");
    hard = setTimeout(() => kill("SIGKILL"), graceMs);
  };
  if (options.signal.aborted) abort();
  else options.signal.addEventListener("abort", abort, { once: true });
  const exit = new Promise<ProcessExit>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      resolve(code === null ? { by: "signal", signal: signal ?? "SIGKILL" } : { by: "code", code });
    });
  }).finally(() => {
    clearTimeout(hard);
    options.signal.removeEventListener("abort", abort);
  });
  exit.catch(() => {});
  feed(child, options.stdin).catch(() => child.stdin?.destroy());
  return { pid: child.pid ?? -1, output: merged(child), exit };
}
