import { posix } from "node:path";
import {
  type Clock,
  type Communicator,
  type ExecOptions,
  type ExecResult,
  type Files,
  messageOf,
  TransferError,
  type TransferOptions,
  type UploadOptions,
} from "@kiln/sdk";
import { type ContainerEngine, EngineError } from "../engine/engine.ts";
import { downloadFile, downloadTree } from "./download.ts";
import { type Owner, ownerOf, root } from "./owner.ts";
import { directoryArchive, fileArchive } from "./upload.ts";

export interface DockerMachine {
  readonly engine: ContainerEngine;
  readonly container: string;
  /** Whose commands: `exec_user`; the container's own user when empty. */
  readonly execUser: string;
  /** Commands get a terminal. */
  readonly pty: boolean;
  /** Whose files: the container's user, when uploads are given to it. */
  readonly fileOwner?: string;
  readonly files: Files;
  readonly clock: Pick<Clock, "now">;
}
type Exclude = { readonly exclude?: readonly string[] };

/** Packer's words. */
export function failedUpload(remotePath: string): string {
  return `Failed to upload to '${remotePath}' in container`;
}

/** Runs commands in a container and moves files through the engine's archive calls: nothing of the container itself is needed but a shell. */
export class DockerCommunicator implements Communicator {
  readonly kind: string = "docker";
  readonly #machine: DockerMachine;
  #owner: Promise<Owner> | undefined;

  constructor(machine: DockerMachine) {
    this.#machine = machine;
  }

  exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const { engine, container, execUser, pty } = this.#machine;
    return engine.exec(container, {
      pty,
      ...options,
      command: ["/bin/sh", "-c", command],
      ...(execUser && { user: execUser }),
    });
  }

  async upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    const to = posix.resolve("/", remotePath);
    const { engine, container } = this.#machine;
    await this.#refusing(options.signal, failedUpload(remotePath), async () => {
      const owner = await this.#ownerOfFiles(options.signal);
      const archive = await fileArchive(source, posix.basename(to), {
        ...options,
        owner,
        modified: options.modified ?? this.#machine.clock.now(),
        piecesHeld: engine.piecesHeld,
      });
      await engine.putArchive(container, posix.dirname(to), archive, options.signal);
    });
  }

  /** As `docker cp`: a directory that is not there yet is made with the contents. */
  async uploadDirectory(localDir: string, remoteDir: string, options: TransferOptions & Exclude): Promise<void> {
    const { engine, container, files } = this.#machine;
    const { signal } = options;
    const to = posix.resolve("/", remoteDir);
    await this.#refusing(signal, failedUpload(remoteDir), async () => {
      const owner = await this.#ownerOfFiles(signal);
      const isThere = to === "/" || (await this.#exists(to, signal));
      const own = localDir.endsWith("/") ? "" : posix.basename(localDir);
      const [directory, prefix] = isThere ? [to, own] : [posix.dirname(to), posix.basename(to)];
      const archive = directoryArchive(files, localDir, prefix, { ...options, owner });
      await engine.putArchive(container, directory, { bytes: archive }, signal);
    });
  }

  async *download(remotePath: string, options: TransferOptions): AsyncGenerator<Uint8Array> {
    const { engine, container } = this.#machine;
    try {
      yield* downloadFile(engine, container, posix.resolve("/", remotePath), options);
    } catch (error) {
      throw this.#refusal(options.signal, `cannot read ${remotePath}`, error);
    }
  }

  async downloadDirectory(remoteDir: string, localDir: string, options: TransferOptions & Exclude): Promise<void> {
    const { engine, container, files } = this.#machine;
    await this.#refusing(options.signal, `cannot read ${remoteDir}`, () =>
      downloadTree(engine, container, posix.resolve("/", remoteDir), files, localDir, options),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  async #exists(path: string, signal: AbortSignal): Promise<boolean> {
    const { engine, container } = this.#machine;
    try {
      // The first piece is enough to know.
      for await (const _ of engine.getArchive(container, path, signal)) break;
      return true;
    } catch (error) {
      if (error instanceof EngineError && error.code === "docker/not-found") return false;
      throw error;
    }
  }

  /** Found out once; a machine that cannot tell is asked again. */
  async #ownerOfFiles(signal: AbortSignal): Promise<Owner> {
    const { engine, container, fileOwner } = this.#machine;
    if (!fileOwner) return root;
    this.#owner ??= ownerOf(engine, container, fileOwner, signal);
    try {
      return await this.#owner;
    } catch (error) {
      this.#owner = undefined;
      throw error;
    }
  }

  async #refusing(signal: AbortSignal, what: string, body: () => Promise<void>): Promise<void> {
    try {
      signal.throwIfAborted();
      await body();
    } catch (error) {
      throw this.#refusal(signal, what, error);
    }
  }

  #refusal(signal: AbortSignal, what: string, error: unknown): unknown {
    if (signal.aborted) return signal.reason;
    if (!(error instanceof EngineError)) return error;
    const code = error.code === "docker/unreachable" ? "transfer/disconnected" : "transfer/refused";
    return new TransferError(code, `${what}: ${messageOf(error)}`, error);
  }
}
