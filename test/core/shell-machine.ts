import { spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import type { Communicator, ExecOptions } from "@kiln/sdk";
import { TransferError } from "@kiln/sdk";

export interface ShellMachineOptions {
  readonly kind?: string;
  /** Program that runs commands as a login shell would, with `-c`. */
  readonly shell?: string;
  readonly home?: string;
  /** Commands get a terminal. */
  readonly terminal?: boolean;
  /** Every command is refused, as by a machine without a POSIX shell. */
  readonly noShell?: boolean;
  /** Commands see only so much of their input; then the connection is lost. */
  readonly cutInputAfter?: number;
  /** The connection is lost when this appears in the output. */
  readonly loseOn?: string;
  /** So many commands, after the loss, find the machine still away. */
  readonly awayFor?: number;
}

/** This machine's shell in the place of a remote machine: what an SSH server does, without the network. */
export class ShellMachine implements Communicator {
  readonly kind: string;
  /** What was asked for, in order: commands, and `upload PATH`. */
  readonly asked: string[] = [];
  readonly #options: ShellMachineOptions;
  #away = 0;

  constructor(options: ShellMachineOptions = {}) {
    this.#options = options;
    this.kind = options.kind ?? "ssh";
  }

  async exec(command: string, options: ExecOptions): Promise<{ readonly exit: number | "disconnected" }> {
    this.asked.push(command);
    const { noShell, terminal, loseOn, shell = "/bin/sh", home = "/" } = this.#options;
    if (this.#away > 0) {
      this.#away--;
      return { exit: "disconnected" };
    }
    if (noShell && command.startsWith("/bin/sh")) {
      options.onOutput?.({ stream: "stderr", bytes: Buffer.from("'/bin/sh' is not recognized as a command\r\n") });
      return { exit: 1 };
    }
    const env = { PATH: process.env.PATH ?? "/usr/bin:/bin", HOME: home, SHELL: shell };
    const child = terminal
      ? spawn("script", ["-qec", command, "/dev/null"], { env, detached: true })
      : spawn(shell, ["-c", command], { env, detached: true });
    let lost = false;
    const lose = (): void => {
      lost = true;
      this.#away = this.#options.awayFor ?? 0;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    };
    const abort = (): void => void (child.pid !== undefined && process.kill(-child.pid, "SIGKILL"));
    options.signal.addEventListener("abort", abort, { once: true });
    let seen = "";
    for (const stream of ["stdout", "stderr"] as const) {
      child[stream].on("data", (bytes: Buffer) => {
        if (lost) return;
        options.onOutput?.({ stream, bytes });
        seen += bytes.toString();
        if (loseOn !== undefined && seen.includes(loseOn)) lose();
      });
    }
    child.stdin.on("error", () => {});
    const exit = new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => resolve(code ?? 255));
    });
    lost = (await this.#feed(child.stdin, options)) || lost;
    const code = await exit;
    options.signal.removeEventListener("abort", abort);
    options.signal.throwIfAborted();
    return { exit: lost ? "disconnected" : code };
  }

  async #feed(input: NodeJS.WritableStream, options: ExecOptions): Promise<boolean> {
    let left = this.#options.cutInputAfter ?? Number.POSITIVE_INFINITY;
    for await (const chunk of options.stdin ?? []) {
      input.write(left < chunk.length ? chunk.subarray(0, left) : chunk);
      left -= chunk.length;
      if (left < 0) break;
    }
    input.end();
    return left < 0;
  }

  async upload(source: AsyncIterable<Uint8Array>, remotePath: string): Promise<void> {
    this.asked.push(`upload ${remotePath}`);
    const chunks: Uint8Array[] = [];
    for await (const chunk of source) chunks.push(chunk);
    try {
      await writeFile(remotePath, Buffer.concat(chunks), { mode: 0o644 });
    } catch (error) {
      throw new TransferError("transfer/refused", error instanceof Error ? error.message : "refused", error);
    }
  }
  async uploadDirectory(): Promise<void> {
    throw new TransferError("transfer/unsupported", "not here");
  }
  download(): AsyncIterable<Uint8Array> {
    throw new TransferError("transfer/unsupported", "not here");
  }
  async downloadDirectory(): Promise<void> {
    throw new TransferError("transfer/unsupported", "not here");
  }
  async [Symbol.asyncDispose](): Promise<void> {}
}
