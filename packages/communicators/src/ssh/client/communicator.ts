import type { Buffer } from "node:buffer";
import type { Communicator, ConnectAccess, ExecOptions, ExecResult, TransferOptions, UploadOptions } from "@kiln/sdk";
import { TransferError } from "@kiln/sdk";
import type { SshSettings } from "../settings.ts";
import type { Channel } from "../ssh2-internals.ts";
import { type Machine, Transfers } from "../transfer/transfers.ts";
import { type Program, RequestRefused, runCommand } from "./exec.ts";
import type { Link } from "./link.ts";

/**
 * A machine over SSH. Commands and transfers run side by side, each on a session of its own; where the server allows one session per
 * connection, further ones get a connection of their own. A lost connection is made again once, at the next use.
 */
export class SshCommunicator implements Communicator, Machine {
  readonly kind = "ssh";
  readonly #settings: SshSettings;
  readonly #connect: (signal: AbortSignal) => Promise<Link>;
  readonly #transfers: Transfers;
  readonly #owned: AsyncDisposable[] = [];
  readonly #further = new Set<Link>();
  #link: Link;
  #reconnecting: Promise<Link> | undefined;
  #closed = false;

  constructor(
    settings: SshSettings,
    access: ConnectAccess,
    link: Link,
    connect: (signal: AbortSignal) => Promise<Link>,
  ) {
    this.#settings = settings;
    this.#link = link;
    this.#connect = connect;
    this.#transfers = new Transfers(settings.transfer, access, this);
  }

  /** Ends with the communicator. */
  own(part: AsyncDisposable): void {
    this.#owned.push(part);
  }

  /** The present connection, made again if it was lost. */
  async link(signal: AbortSignal): Promise<Link> {
    if (this.#closed) throw new TransferError("transfer/disconnected", "the connection was closed");
    if (this.#link.open) return this.#link;
    this.#reconnecting ??= this.#connect(signal).finally(() => {
      this.#reconnecting = undefined;
    });
    const link = await this.#reconnecting;
    this.#link = link;
    if (this.#closed) await link[Symbol.asyncDispose]();
    return link;
  }

  async session(signal: AbortSignal): Promise<{ readonly link: Link; readonly channel: Channel }> {
    const link = await this.link(signal);
    try {
      return { link, channel: await link.session() };
    } catch {
      signal.throwIfAborted();
      // Lost without our knowing, or no room for another session: either way a new connection helps.
      return link.open ? this.#extraSession(signal) : this.#sessionAgain(signal);
    }
  }

  exec(command: string, options: ExecOptions): Promise<ExecResult> {
    return this.#run(command, { ...options, pty: options.pty ?? this.#settings.pty });
  }
  subsystem(name: string, options: ExecOptions): Promise<ExecResult> {
    return this.#run({ subsystem: name }, { ...options, pty: false });
  }

  async #run(program: Program, options: ExecOptions & { readonly pty: boolean }): Promise<ExecResult> {
    const { signal } = options;
    signal.throwIfAborted();
    let session: { readonly link: Link; readonly channel: Channel };
    try {
      session = await this.session(signal);
    } catch {
      signal.throwIfAborted();
      return { exit: "disconnected", neverStarted: true };
    }
    try {
      return await runCommand(session.link, session.channel, program, options);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RequestRefused) return { exit: "disconnected", neverStarted: true };
      throw error;
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
  download(remotePath: string, options: TransferOptions): AsyncIterable<Buffer> {
    return this.#transfers.download(remotePath, options);
  }
  downloadDirectory(
    remoteDir: string,
    localDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    return this.#transfers.downloadDirectory(remoteDir, localDir, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    const links = [this.#link, ...this.#further];
    await Promise.all(links.map((link) => link[Symbol.asyncDispose]()));
    for (const part of this.#owned.splice(0).reverse()) await part[Symbol.asyncDispose]();
  }

  async #sessionAgain(signal: AbortSignal): Promise<{ readonly link: Link; readonly channel: Channel }> {
    const link = await this.link(signal);
    return { link, channel: await link.session() };
  }

  async #extraSession(signal: AbortSignal): Promise<{ readonly link: Link; readonly channel: Channel }> {
    const link = await this.#connect(signal);
    this.#further.add(link);
    link.onClose(() => this.#further.delete(link));
    const channel = await link.session();
    channel.on("close", () => void link[Symbol.asyncDispose]());
    return { link, channel };
  }
}
