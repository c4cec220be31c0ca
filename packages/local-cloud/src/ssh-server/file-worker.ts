import { fileURLToPath } from "node:url";
import { hasEnded, type RunningCommand, startOnPipes } from "./exec.ts";
import type { FileSessionOrder } from "./files/main.ts";
import type { PipePool } from "./pipe-pool.ts";

/**
 * Keeps one process for file sessions ready ahead of need, so that an upload does not wait for a program to start. Each
 * serves one session and ends with it.
 */
export class FileWorkers {
  private readonly program: string;
  private readonly pipes: PipePool;
  private spare: Promise<RunningCommand> | undefined;

  constructor(program: string, pipes: PipePool) {
    this.program = program;
    this.pipes = pipes;
  }

  /** Starts a spare if there is none. */
  prepare(): Promise<RunningCommand> {
    this.spare ??= this.start();
    return this.spare;
  }

  /** A process that carries this order out on its standard streams. */
  async take(order: FileSessionOrder): Promise<RunningCommand> {
    const ready = this.prepare();
    this.spare = undefined;
    const first = await ready;
    // Someone may have ended it while it waited.
    const worker = hasEnded(first) ? await this.start() : first;
    worker.input.write(`${JSON.stringify(order)}\n`);
    // Once the session is under way, and has the processor first.
    setTimeout(() => void this.prepare(), 100).unref();
    return worker;
  }

  private async start(): Promise<RunningCommand> {
    // Pipes, because it reads and writes them synchronously: Node's own socket pairs do not wait.
    const pipes = await this.pipes.three({ uid: 0, gid: 0 });
    return startOnPipes([process.execPath, this.program], process.env, pipes);
  }
}

/** The worker's program as it lies beside this one: a source file in development, a bundle when installed. */
export function fileWorkerProgram(): string {
  const extension = import.meta.url.endsWith(".ts") ? "files/main.ts" : "machine-files.cjs";
  return fileURLToPath(new URL(`./${extension}`, import.meta.url));
}
