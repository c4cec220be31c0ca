import type { Buffer } from "node:buffer";
import { TransferError } from "@kiln/sdk";
import type { Attributes, FileEntryWithStats, SFTPWrapper, Stats } from "ssh2";
import type { Link } from "../client/link.ts";
import { inside } from "../ssh2-internals.ts";

/** The machine offers no sftp subsystem. */
export class SftpMissing extends Error {
  static {
    this.prototype.name = "SftpMissing";
  }
}

/** The largest piece that every server takes (draft-ietf-secsh-filexfer-02 §3). */
const safePiece = 32 * 1024;
/** OpenSSH takes more, which costs both sides less. */
const largePiece = 128 * 1024;
/** Bytes that travel at once. */
export const bytesInFlight = 4 * 1024 * 1024;

/** SFTP status codes (draft-ietf-secsh-filexfer-02 §7). */
export const status = { endOfFile: 1, noSuchFile: 2 };

/** One sftp session: requests in any number at once, each answered on its own. */
export class Sftp implements AsyncDisposable {
  /** Bytes in one request. */
  readonly pieceSize: number;
  readonly #sftp: SFTPWrapper;
  readonly #link: Link;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;

  private constructor(sftp: SFTPWrapper, link: Link, signal: AbortSignal) {
    this.#sftp = sftp;
    this.pieceSize = /OpenSSH/.test(inside(link.client)._remoteVer ?? "") ? largePiece : safePiece;
    this.#link = link;
    this.#signal = signal;
    this.#stop = () => sftp.end();
    sftp.on("error", () => {}); // every request in flight hears of it
    signal.addEventListener("abort", this.#stop);
  }

  static async open(link: Link, signal: AbortSignal): Promise<Sftp> {
    signal.throwIfAborted();
    const start = (): Promise<SFTPWrapper> =>
      new Promise((resolve, reject) => {
        if (!link.open) return reject(new Error("the connection is closed"));
        link.client.sftp((error, sftp) => (error ? reject(error) : resolve(sftp)));
      });
    try {
      // The session opened ahead may be the one that this needs.
      const sftp = await start().catch(async () => {
        await link.dropPrepared();
        return start();
      });
      return new Sftp(sftp, link, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!link.open)
        throw new TransferError("transfer/disconnected", "the connection was lost during the transfer", error);
      throw new SftpMissing("the machine offers no sftp");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal.removeEventListener("abort", this.#stop);
    this.#sftp.end();
  }

  openFile(path: string, flags: "r" | "w", mode?: number): Promise<Buffer> {
    return this.#ask(path, (done) =>
      mode === undefined
        ? this.#sftp.open(path, flags, done)
        : this.#sftp.open(path, flags, { mode } as Attributes, done),
    );
  }
  write(handle: Buffer, bytes: Buffer, position: number, path: string): Promise<void> {
    return this.#ask(path, (done) => this.#sftp.write(handle, bytes, 0, bytes.length, position, done));
  }
  /** Fewer bytes than asked for are what there was; none is the end. */
  read(handle: Buffer, into: Buffer, position: number, path: string): Promise<number> {
    return this.#ask<number>(path, (done) => this.#sftp.read(handle, into, 0, into.length, position, done)).catch(
      (error: unknown) => {
        if (statusOf(error) === status.endOfFile) return 0;
        throw error;
      },
    );
  }
  close(handle: Buffer, path: string): Promise<void> {
    return this.#ask(path, (done) => this.#sftp.close(handle, done));
  }
  setMode(handle: Buffer, mode: number, path: string): Promise<void> {
    return this.#ask(path, (done) => this.#sftp.fchmod(handle, mode, done));
  }
  setPathMode(path: string, mode: number): Promise<void> {
    return this.#ask(path, (done) => this.#sftp.chmod(path, mode, done));
  }
  handleStats(handle: Buffer, path: string): Promise<Stats> {
    return this.#ask(path, (done) => this.#sftp.fstat(handle, done));
  }
  /** Follows symbolic links; undefined where nothing is there. */
  stat(path: string): Promise<Stats | undefined> {
    return this.#ask<Stats | undefined>(path, (done) => this.#sftp.stat(path, done)).catch((error: unknown) => {
      if (statusOf(error) === status.noSuchFile) return undefined;
      throw error;
    });
  }
  list(path: string): Promise<readonly FileEntryWithStats[]> {
    return this.#ask(path, (done) => this.#sftp.readdir(path, done));
  }
  /** True where it was made, false where it was there already. */
  async makeDirectory(path: string, mode: number): Promise<boolean> {
    try {
      await this.#ask<void>(path, (done) => this.#sftp.mkdir(path, { mode } as Attributes, done));
      return true;
    } catch (error) {
      const there = await this.stat(path);
      if (there?.isDirectory()) return false;
      throw there ? new TransferError("transfer/refused", `${path}: Not a directory`, error) : error;
    }
  }

  #ask<T>(
    path: string,
    send: (done: (error: Error | null | undefined, value?: unknown) => void) => unknown,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (!this.#link.open) return reject(this.#explain(path, new Error("closed")));
      send((error, value) => (error ? reject(this.#explain(path, error)) : resolve(value as T)));
    });
  }

  #explain(path: string, error: Error): Error {
    if (this.#signal.aborted) return this.#signal.reason as Error;
    if (!this.#link.open || statusOf(error) === undefined) {
      return new TransferError("transfer/disconnected", "the connection was lost during the transfer", error);
    }
    return new TransferError("transfer/refused", `${path}: ${error.message}`, error);
  }
}

function statusOf(error: unknown): number | undefined {
  const source = error instanceof TransferError ? error.cause : error;
  const code: unknown = typeof source === "object" && source !== null ? Reflect.get(source, "code") : undefined;
  return typeof code === "number" ? code : undefined;
}
