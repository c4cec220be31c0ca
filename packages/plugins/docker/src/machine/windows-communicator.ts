import { posix } from "node:path";
import { type ExecOptions, type ExecResult, TransferError, type TransferOptions, type UploadOptions } from "@kiln/sdk";
import { DockerCommunicator, type DockerMachine, failedUpload } from "./communicator.ts";
import { localTree } from "./local-tree.ts";

/** The directory that both sides see. */
export interface SharedDirectory {
  readonly hostDir: string;
  readonly containerDir: string;
}
type Exclude = { readonly exclude?: readonly string[] };

/**
 * Windows containers take no archives while they run: files go through the shared directory, and PowerShell copies them to their place.
 */
export class WindowsContainerCommunicator extends DockerCommunicator {
  override readonly kind: string = "dockerWindowsContainer";
  readonly #machine: DockerMachine;
  readonly #shared: SharedDirectory;
  #count = 0;

  constructor(machine: DockerMachine, shared: SharedDirectory) {
    super(machine);
    this.#machine = machine;
    this.#shared = shared;
  }

  override exec(command: string, options: ExecOptions): Promise<ExecResult> {
    const { engine, container, execUser, pty } = this.#machine;
    return engine.exec(container, {
      pty,
      ...options,
      command: ["powershell", `(${command})`],
      ...(execUser && { user: execUser }),
    });
  }

  override async upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    const { signal } = options;
    await this.#throughShared("upload", async (local, inside) => {
      await this.#machine.files.write(local, counted(source, options));
      await this.#copy(`Copy-Item -Path ${inside} -Destination ${remotePath}`, failedUpload(remotePath), signal);
    });
  }

  override async uploadDirectory(
    localDir: string,
    remoteDir: string,
    options: TransferOptions & Exclude,
  ): Promise<void> {
    const { files } = this.#machine;
    const { signal, exclude } = options;
    const own = localDir.endsWith("/") ? "" : posix.basename(localDir);
    const to = own === "" ? remoteDir : posix.join(remoteDir, own);
    await this.#throughShared("dirupload", async (local, inside) => {
      await files.makeDirectory(local);
      const followed = { exclude, followLinks: true };
      for await (const { kind, path, relative } of localTree(files, localDir.replace(/\/+$/, ""), followed)) {
        if (kind === "directory") await files.makeDirectory(`${local}/${relative}`, { recursive: true });
        else await files.write(`${local}/${relative}`, counted(files.read(path), options));
      }
      await this.#copy(`Copy-Item ${inside} -Destination ${to} -Recurse`, failedUpload(remoteDir), signal);
    });
  }

  override async *download(remotePath: string, options: TransferOptions): AsyncGenerator<Uint8Array> {
    const { files } = this.#machine;
    const name = this.#name("download");
    const local = `${this.#shared.hostDir}/${name}`;
    try {
      const command = `Copy-Item -Path ${remotePath} -Destination ${this.#shared.containerDir}/${name}`;
      await this.#copy(command, `cannot read ${remotePath}`, options.signal);
      yield* counted(files.read(local), options);
    } finally {
      await files.removeTree(local);
    }
  }

  override async downloadDirectory(
    remoteDir: string,
    localDir: string,
    options: TransferOptions & Exclude,
  ): Promise<void> {
    const { files } = this.#machine;
    const own = posix.basename(remoteDir.replaceAll("\\", "/"));
    await this.#throughShared("dirdownload", async (local, inside) => {
      const command = `Copy-Item ${remoteDir} -Destination ${inside} -Recurse`;
      await this.#copy(command, `cannot read ${remoteDir}`, options.signal);
      await files.makeDirectory(`${localDir}/${own}`, { recursive: true });
      const followed = { exclude: options.exclude, followLinks: true };
      for await (const { kind, path, relative } of localTree(files, local, followed)) {
        const to = `${localDir}/${own}/${relative}`;
        if (kind === "directory") await files.makeDirectory(to, { recursive: true });
        else await files.write(to, counted(files.read(path), options));
      }
    });
  }

  async #throughShared(what: string, body: (local: string, inside: string) => Promise<void>): Promise<void> {
    const name = this.#name(what);
    const local = `${this.#shared.hostDir}/${name}`;
    try {
      await body(local, `${this.#shared.containerDir}/${name}`);
    } finally {
      await this.#machine.files.removeTree(local);
    }
  }
  #name(what: string): string {
    return `${what}${++this.#count}`;
  }

  async #copy(command: string, what: string, signal: AbortSignal): Promise<void> {
    const decoder = new TextDecoder();
    let said = "";
    const onOutput: NonNullable<ExecOptions["onOutput"]> = ({ bytes }) => {
      said += decoder.decode(bytes, { stream: true });
    };
    const { exit } = await this.exec(command, { signal, onOutput });
    if (exit !== 0) throw new TransferError("transfer/refused", `${what}: ${said.trim() || `exit code ${exit}`}`);
  }
}

async function* counted(source: AsyncIterable<Uint8Array>, options: TransferOptions): AsyncGenerator<Uint8Array> {
  for await (const bytes of source) {
    options.signal.throwIfAborted();
    yield bytes;
    options.onProgress?.(bytes.length);
  }
}
