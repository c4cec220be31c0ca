import { spawn } from "node:child_process";
import { type Communicator, type ExecOptions, type ExecResult, TransferError } from "@kiln/sdk";

const notHere = (): TransferError => new TransferError("transfer/unsupported", "this machine only runs commands");

/** This host as a machine that is reached by no SSH: what a container's communicator can do, and no more. */
export class LocalMachine implements Communicator {
  readonly kind = "docker";
  readonly commands: string[] = [];

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    this.commands.push(command);
    const child = spawn("/bin/sh", ["-c", command], { cwd: "/", detached: true });
    const stop = (): void => {
      try {
        if (child.pid !== undefined) process.kill(-child.pid, "SIGTERM");
      } catch {
        // It ended a moment ago.
      }
    };
    options.signal.addEventListener("abort", stop);
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (bytes: Buffer) => {
        options.onOutput?.({ stream, bytes });
        void options.room?.()?.then(() => child[stream].resume(), undefined);
        if (options.room?.()) child[stream].pause();
      });
    }
    child.stdin.on("error", () => {});
    void (async () => {
      for await (const bytes of options.stdin ?? []) {
        if (!child.stdin.write(bytes))
          await new Promise((resolve) => child.stdin.once("drain", resolve).once("close", resolve));
      }
      child.stdin.end();
    })();
    const exit = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? 255)));
    options.signal.removeEventListener("abort", stop);
    options.signal.throwIfAborted();
    return { exit };
  }
  async upload(): Promise<void> {
    throw notHere();
  }
  async uploadDirectory(): Promise<void> {
    throw notHere();
  }
  download(): AsyncIterable<Uint8Array> {
    throw notHere();
  }
  async downloadDirectory(): Promise<void> {
    throw notHere();
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}
