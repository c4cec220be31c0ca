import { randomBytes } from "node:crypto";
import type { ConnectAccess, TransferOptions, UploadOptions } from "@kiln/sdk";
import { TransferError } from "@kiln/sdk";
import { localName } from "../../ssh/transfer/paths.ts";
import { writeTree } from "../../ssh/transfer/scp-download-tree.ts";
import { asTransfer, Refusal } from "../client/errors.ts";
import type { Running } from "../client/running.ts";
import type { Service } from "../client/service.ts";
import { download, records } from "./download.ts";
import { fileLines } from "./lines.ts";
import { treeLines } from "./tree-lines.ts";
import { Upload } from "./upload.ts";

/** Where transfers run their commands. */
export interface Machine {
  withCommand<T>(
    command: string,
    options: { readonly stdin: boolean; readonly signal: AbortSignal },
    body: (running: Running) => Promise<T>,
  ): Promise<T>;
  withShell<T>(signal: AbortSignal, body: (shellId: string) => Promise<T>): Promise<T>;
}
type DirectoryOptions = TransferOptions & { readonly exclude?: readonly string[] };

/** Moves files by scripts that PowerShell runs on the machine, whole directories in one command. */
export class Transfers {
  readonly #service: Service;
  readonly #access: ConnectAccess;
  readonly #machine: Machine;
  /** Set when the service turned out to deliver no standard input. */
  #withoutStdin = false;
  #stdinProven = false;
  #learnt: Promise<void> | undefined;

  constructor(service: Service, access: ConnectAccess, machine: Machine) {
    this.#service = service;
    this.#access = access;
    this.#machine = machine;
  }

  upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    const { size, onProgress } = options;
    return this.#upload(
      remotePath,
      (lineBytes) =>
        fileLines("", source, {
          ...(size !== undefined && { size }),
          ...(onProgress && { onProgress }),
          ...(lineBytes !== undefined && { lineBytes }),
        }),
      options.signal,
    );
  }

  async uploadDirectory(localDir: string, remoteDir: string, options: DirectoryOptions): Promise<void> {
    const { files } = this.#access.host;
    const stat = await files.stat(localDir);
    if (stat?.kind !== "directory") {
      throw new TransferError("transfer/local", stat ? `${localDir} is not a directory` : `${localDir} does not exist`);
    }
    const bare = localDir.replace(/(?<=.)[/\\]+$/, "");
    const name = /[/\\]$/.test(localDir) ? undefined : localName(bare);
    if (name === "." || name === ".." || name === "") {
      throw new TransferError(
        "transfer/local",
        `${localDir} has no name to give to the machine's directory; write ${localDir}/ to send its contents`,
      );
    }
    return this.#upload(
      remoteDir,
      (lineBytes) => treeLines(files, bare, name, { ...options, lineBytes }),
      options.signal,
    );
  }

  async *download(remotePath: string, options: TransferOptions): AsyncGenerator<Uint8Array> {
    await this.#learn(options.signal);
    yield* download(this.#machine, remotePath, options);
  }

  async downloadDirectory(remoteDir: string, localDir: string, options: DirectoryOptions): Promise<void> {
    const { files, platform } = this.#access.host;
    await this.#learn(options.signal);
    await writeTree(records(this.#machine, remoteDir, options), files, localDir, {
      ...options,
      backslashSeparates: platform === "win32",
    });
  }

  async #upload(
    remotePath: string,
    lines: (lineBytes?: number) => AsyncGenerator<Uint8Array>,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#learn(signal);
    const upload = new Upload(this.#service, this.#machine, remotePath, `kiln-${randomBytes(6).toString("hex")}`);
    if (!this.#withoutStdin) {
      const through = await guarded(signal, () => upload.throughStdin(lines(), this.#stdinProven, signal));
      if (through === "done") {
        this.#stdinProven = true;
        return;
      }
      this.#withoutStdin = true;
      this.#access.ui.message(
        `The WinRM service takes no standard input (${through.refused}). Sending files in short commands instead, which is slow.`,
      );
    }
    await guarded(signal, () => upload.throughCommands(lines(upload.lineBytes), signal));
  }

  /** The service's limit for messages, asked once. Only administrators may; the others get the least that every service takes. */
  #learn(signal: AbortSignal): Promise<void> {
    this.#learnt ??= this.#service
      .call({ is: "get" }, { signal, repeatable: true })
      .then((answer) => {
        const kb = answer.is === "get" ? answer.maxEnvelopeSizeKb : undefined;
        if (kb !== undefined) this.#service.envelopeSize = Math.min(kb * 1024, mostEnvelope);
      })
      .catch((error: unknown) => {
        if (error instanceof Refusal) return;
        // Not answered: asked again at the next transfer, which fails by itself if need be.
        this.#learnt = undefined;
      });
    return this.#learnt;
  }
}

/** Longer messages bring nothing, and take memory on either side. */
const mostEnvelope = 4 * 1024 * 1024;

async function guarded<T>(signal: AbortSignal, body: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  try {
    return await body();
  } catch (error) {
    signal.throwIfAborted();
    throw asTransfer(error);
  }
}
