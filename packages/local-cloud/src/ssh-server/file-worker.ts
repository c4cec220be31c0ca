import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { FileSessionOrder } from "./files/main.ts";

/**
 * Keeps one process for file sessions ready ahead of need, so that an upload does not wait for a program to start. The
 * first is started when the server has nothing more urgent to do.
 */
export class FileWorkers {
  private readonly program: string;
  private spare: ChildProcessWithoutNullStreams | undefined;

  constructor(program: string) {
    this.program = program;
  }

  /** Starts a spare if there is none. */
  prepare(): void {
    if (this.spare) return;
    const started = spawn(process.execPath, [this.program], { stdio: ["pipe", "pipe", "pipe"] });
    this.spare = started;
    started.once("exit", () => {
      if (this.spare === started) this.spare = undefined;
    });
    for (const stream of [started.stdin, started.stdout, started.stderr]) stream.on("error", () => undefined);
  }

  /** A process that carries this order out on its standard streams. */
  take(order: FileSessionOrder): ChildProcessWithoutNullStreams {
    this.prepare();
    const worker = this.spare as ChildProcessWithoutNullStreams;
    this.spare = undefined;
    worker.stdin.write(`${JSON.stringify(order)}\n`);
    setTimeout(() => this.prepare(), 50).unref();
    return worker;
  }

  /** Ends the spare; running sessions end with their channels. */
  end(): void {
    this.spare?.kill("SIGKILL");
  }
}

/** The worker's program as it lies beside this one: a source file in development, a bundle when installed. */
export function fileWorkerProgram(): string {
  const extension = import.meta.url.endsWith(".ts") ? "files/main.ts" : "machine-files.js";
  return fileURLToPath(new URL(`./${extension}`, import.meta.url));
}
