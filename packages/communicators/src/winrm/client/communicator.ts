import { Buffer } from "node:buffer";
import type { Communicator, ConnectAccess, ExecOptions, ExecResult, TransferOptions, UploadOptions } from "@kiln/sdk";
import { ConnectError } from "@kiln/sdk";
import { Transfers } from "../transfer/transfers.ts";
import { CommandTooLong, Lost, Refusal } from "./errors.ts";
import { closeShell, openShell, type Running, startCommand } from "./running.ts";
import type { Service } from "./service.ts";
import { feed } from "./stdin.ts";

/** Shells that may wait for their removal before further commands wait for them. */
const mostClosing = 8;
/** How long removing a shell, or ending a command, may hold up anything. Milliseconds. */
const closingTime = 5000;

/**
 * A machine over WinRM. Every command runs in a shell of its own, as in Packer; a connection that is lost is made again at the next use, also
 * after a reboot.
 */
export class WinrmCommunicator implements Communicator {
  readonly kind = "winrm";
  readonly #service: Service;
  readonly #transfers: Transfers;
  readonly #closing = new Set<Promise<void>>();

  constructor(service: Service, access: ConnectAccess) {
    this.#service = service;
    this.#transfers = new Transfers(service, access, this);
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const { signal } = options;
    signal.throwIfAborted();
    try {
      return await this.withCommand(command, { stdin: options.stdin !== undefined, signal }, async (running) => {
        const stop = new AbortController();
        const feeding =
          options.stdin && feed(running, options.stdin, this.#service, AbortSignal.any([signal, stop.signal]));
        // What went wrong with the input is told when it is awaited below.
        feeding?.catch(() => stop.abort());
        let ended: ExecResult = { exit: "disconnected" };
        for await (const event of running.events(signal)) {
          if (event.stream === "exit") {
            const { stream: _, ...rest } = event;
            ended = rest;
          } else options.onOutput?.(event);
        }
        stop.abort();
        const fed = await feeding?.catch((error: unknown) => error);
        signal.throwIfAborted();
        // A source that failed is the caller's matter; a command that ended before it had read everything is not.
        if (fed instanceof Error && !(fed instanceof Lost || fed instanceof Refusal || fed instanceof ConnectError)) {
          if (fed.name !== "AbortError") throw fed;
        }
        return ended;
      });
    } catch (error) {
      signal.throwIfAborted();
      const say = (text: string): void => options.onOutput?.({ stream: "stderr", bytes: Buffer.from(`${text}\r\n`) });
      if (error instanceof CommandTooLong) {
        say(error.message);
        return { exit: 1 };
      }
      if (error instanceof Lost && error.sent) return { exit: "disconnected", cause: error.message };
      if (error instanceof Refusal) say(`The WinRM service did not run the command: ${error.message}`);
      else if (!(error instanceof Lost || error instanceof ConnectError)) throw error;
      return { exit: "disconnected", neverStarted: true, cause: error.message };
    }
  }

  /**
   * Runs a command in a shell of its own while `body` takes its output. Rejects with `Refusal`, `Lost` or `ConnectError` where it could not be
   * started. The shell, and what still runs in it, is ended behind the scenes.
   */
  async withCommand<T>(
    command: string,
    options: { readonly stdin: boolean; readonly signal: AbortSignal },
    body: (running: Running) => Promise<T>,
  ): Promise<T> {
    return this.withShell(options.signal, async (shellId) => {
      const running = await startCommand(this.#service, shellId, command, options);
      try {
        return await body(running);
      } catch (error) {
        // Nobody waits for it: who aborts wants to go on.
        this.#behind(running.terminate(AbortSignal.timeout(closingTime)));
        throw error;
      }
    });
  }

  async withShell<T>(signal: AbortSignal, body: (shellId: string) => Promise<T>): Promise<T> {
    while (this.#closing.size >= mostClosing) await Promise.race(this.#closing);
    const shellId = await openShell(this.#service, signal);
    try {
      return await body(shellId);
    } finally {
      this.#behind(closeShell(this.#service, shellId, AbortSignal.timeout(closingTime)));
    }
  }

  upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    return this.#transfers.upload(source, remotePath, options);
  }
  uploadDirectory(
    localDir: string,
    remoteDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    return this.#transfers.uploadDirectory(localDir, remoteDir, options);
  }
  download(remotePath: string, options: TransferOptions): AsyncIterable<Uint8Array> {
    return this.#transfers.download(remotePath, options);
  }
  downloadDirectory(
    remoteDir: string,
    localDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    return this.#transfers.downloadDirectory(remoteDir, localDir, options);
  }

  #behind(work: Promise<void>): void {
    const closing = work.catch(() => {}).finally(() => void this.#closing.delete(closing));
    this.#closing.add(closing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#closing);
    this.#service.close();
  }
}
