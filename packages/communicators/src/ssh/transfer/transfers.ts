import type { Buffer } from "node:buffer";
import type { ConnectAccess, TransferOptions, UploadOptions } from "@kiln/sdk";
import { messageOf, TransferError } from "@kiln/sdk";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";
import { catDownload, catUpload } from "./cat.ts";
import { localName } from "./paths.ts";
import { remotePattern, remoteWord } from "./quote.ts";
import { scpRecords } from "./scp-download.ts";
import { writeTree } from "./scp-download-tree.ts";
import { missingWords, ScpMissing } from "./scp-peer.ts";
import { scpUpload } from "./scp-upload.ts";
import { scpUploadTree } from "./scp-upload-tree.ts";
import { sftpDownload, sftpRecords } from "./sftp-download.ts";
import { Sftp, SftpMissing } from "./sftp-session.ts";
import { sftpUpload } from "./sftp-upload.ts";
import { sftpUploadTree } from "./sftp-upload-tree.ts";
import { spooled } from "./spool.ts";

/** Where transfers get their sessions. */
export interface Machine {
  link(signal: AbortSignal): Promise<Link>;
  session(signal: AbortSignal): Promise<{ readonly link: Link; readonly channel: Channel }>;
}
type DirectoryOptions = TransferOptions & { readonly exclude?: readonly string[] };
type Way = "scp" | "sftp" | "cat";

/**
 * Moves files by the configured method. Where the machine has no scp, that is said once and sftp takes over, then plain `cat` for single
 * files; the results are the same.
 */
export class Transfers {
  readonly #access: ConnectAccess;
  readonly #machine: Machine;
  #way: Way;
  #fallen = false;

  constructor(method: "scp" | "sftp", access: ConnectAccess, machine: Machine) {
    this.#way = method;
    this.#access = access;
    this.#machine = machine;
  }

  upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    // The source can be read once: every method finds out whether it is there before it reads.
    return this.#try(async (way, state) => {
      const unread = (): AsyncIterable<Uint8Array> => state.source?.bytes() ?? source;
      if (way === "cat")
        return this.#withSession(options, ({ link, channel }) =>
          catUpload(link, channel, unread(), remotePath, options),
        );
      if (way === "sftp") {
        await using sftp = await this.#sftp(options);
        return await sftpUpload(sftp, unread(), homeless(remotePath), options);
      }
      state.source ??= await spooled(source, options.size, this.#access);
      const { source: spool } = state;
      await this.#withSession(options, ({ link, channel }) =>
        scpUpload(link, channel, spool.bytes(), spool.size, remotePath, options),
      );
    });
  }

  async uploadDirectory(localDir: string, remoteDir: string, options: DirectoryOptions): Promise<void> {
    const { files } = this.#access.host;
    const stat = await files.stat(localDir);
    if (stat?.kind !== "directory") {
      throw new TransferError("transfer/local", stat ? `${localDir} is not a directory` : `${localDir} does not exist`);
    }
    const contentsOnly = /[/\\]$/.test(localDir);
    const bare = localDir.replace(/(?<=.)[/\\]+$/, "");
    const name = contentsOnly ? undefined : await this.#nameOf(bare);
    const root = { localDir: bare, name, mode: stat.mode };
    return this.#try(async (way) => {
      if (way === "cat") throw new TransferError("transfer/unsupported", `${missingWords} It offers no sftp either.`);
      if (way === "scp") {
        return this.#withSession(options, ({ link, channel }) =>
          scpUploadTree(link, channel, files, root, remoteDir, options),
        );
      }
      await using sftp = await this.#sftp(options);
      await sftpUploadTree(sftp, files, root, homeless(remoteDir), { ...options, scpRules: this.#fallen });
    });
  }

  async *download(remotePath: string, options: TransferOptions): AsyncGenerator<Buffer> {
    for (;;) {
      const way = this.#way;
      try {
        yield* this.#downloadBy(way, remotePath, options);
        return;
      } catch (error) {
        if (!this.#fallBack(way, error)) throw error;
      }
    }
  }

  downloadDirectory(remoteDir: string, localDir: string, options: DirectoryOptions): Promise<void> {
    const { files, platform } = this.#access.host;
    const here = { ...options, backslashSeparates: platform === "win32" };
    return this.#try(async (way) => {
      if (way === "cat") throw new TransferError("transfer/unsupported", `${missingWords} It offers no sftp either.`);
      if (way === "scp") {
        return this.#withSession(options, ({ link, channel }) => {
          const records = scpRecords(link, channel, `scp -r -f ${remotePattern(remoteDir)}`, options);
          return writeTree(records, files, localDir, here);
        });
      }
      await using sftp = await this.#sftp(options);
      await writeTree(sftpRecords(sftp, homeless(remoteDir), options), files, localDir, here);
    });
  }

  async *#downloadBy(way: Way, remotePath: string, options: TransferOptions): AsyncGenerator<Buffer> {
    if (way === "sftp") {
      await using sftp = await this.#sftp(options);
      yield* sftpDownload(sftp, homeless(remotePath), options);
      return;
    }
    const { link, channel } = await this.#session(options);
    if (way === "cat") {
      yield* catDownload(link, channel, remotePath, options);
      return;
    }
    for await (const record of scpRecords(link, channel, `scp -f ${remoteWord(remotePath)}`, options)) {
      if (record.is === "file") yield* record.bytes() as AsyncIterable<Buffer>;
    }
  }

  async #try(by: (way: Way, state: { source?: Awaited<ReturnType<typeof spooled>> }) => Promise<void>): Promise<void> {
    const state: { source?: Awaited<ReturnType<typeof spooled>> } = {};
    try {
      for (;;) {
        const way = this.#way;
        try {
          return await by(way, state);
        } catch (error) {
          if (!this.#fallBack(way, error)) throw error;
        }
      }
    } finally {
      await state.source?.remove();
    }
  }

  /** Whether there is another way after this failure; says so. */
  #fallBack(way: Way, error: unknown): boolean {
    const missing = (way === "scp" && error instanceof ScpMissing) || (way === "sftp" && error instanceof SftpMissing);
    if (!missing) return false;
    const next: Way = way === "scp" ? "sftp" : "cat";
    if (this.#way === way) {
      this.#way = next;
      this.#fallen ||= way === "scp";
      this.#access.ui.message(
        next === "sftp"
          ? `${missingWords} Using sftp instead.`
          : "The machine offers no sftp. Writing single files with cat instead.",
      );
    }
    return true;
  }

  async #session(options: TransferOptions): Promise<{ readonly link: Link; readonly channel: Channel }> {
    options.signal.throwIfAborted();
    try {
      return await this.#machine.session(options.signal);
    } catch (error) {
      options.signal.throwIfAborted();
      throw new TransferError("transfer/disconnected", messageOf(error), error);
    }
  }

  async #withSession(
    options: TransferOptions,
    body: (session: { readonly link: Link; readonly channel: Channel }) => Promise<void>,
  ): Promise<void> {
    await body(await this.#session(options));
  }

  async #sftp(options: TransferOptions): Promise<Sftp> {
    options.signal.throwIfAborted();
    let link: Link;
    try {
      link = await this.#machine.link(options.signal);
    } catch (error) {
      options.signal.throwIfAborted();
      throw new TransferError("transfer/disconnected", messageOf(error), error);
    }
    return Sftp.open(link, options.signal);
  }

  /** The name that a directory bears in the machine; `.` and `..` have none of their own. */
  async #nameOf(localDir: string): Promise<string> {
    const name = localName(localDir);
    if (name !== "." && name !== ".." && name !== "") return name;
    throw new TransferError(
      "transfer/local",
      `${localDir} has no name to give to the machine's directory; write ${localDir}/ to send its contents`,
    );
  }
}

/** sftp starts in the home directory and knows no `~`. */
function homeless(path: string): string {
  return path === "~" ? "." : path.replace(/^~\//, "");
}
