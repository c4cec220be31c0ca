import type { Communicator, ExecOptions, ExecResult, TransferOptions, UploadOptions } from "../communicator.ts";
import { messageOf, TransferError } from "../errors.ts";
import type { Files } from "../host.ts";
import { runFakeShell } from "./fake-shell.ts";

/** A command as the machine got it; standard input as text, where some was sent. */
export interface ExecutedCommand {
  readonly command: string;
  readonly stdin: string | undefined;
  readonly pty: boolean | undefined;
}
export interface FakeExecResult {
  readonly exit?: number | "disconnected";
  readonly neverStarted?: true;
  readonly cause?: string;
  readonly stdout?: string;
  readonly stderr?: string;
}
/** A file of the fake machine. */
export interface FakeMachineFile {
  readonly bytes: Uint8Array;
  readonly mode: number;
}
export interface FakeCommunicatorOptions {
  /** Answers a command; undefined leaves it to the small shell (`exit`, `printf`, `cat`, `test`, `sleep`, `;`, `&&`, redirections). */
  readonly onExec?: (command: ExecutedCommand) => FakeExecResult | undefined | Promise<FakeExecResult | undefined>;
  /** Where local directories are read and written. */
  readonly files?: Files;
  readonly kind?: string;
}

/**
 * A machine in memory that keeps the communicator contract: commands and transfers are recorded, files stay, answers come from the test.
 */
export class FakeCommunicator implements Communicator {
  readonly kind: string;
  readonly executed: ExecutedCommand[] = [];
  /** What was moved, as `upload PATH`, `uploadDirectory LOCAL REMOTE`, `download PATH`, … in order. */
  readonly transfers: string[] = [];
  readonly machine = new Map<string, FakeMachineFile>();
  readonly directories = new Set<string>(["/", "/tmp"]);
  closed = false;
  readonly #options: FakeCommunicatorOptions;

  constructor(options: FakeCommunicatorOptions = {}) {
    this.#options = options;
    this.kind = options.kind ?? "ssh";
  }

  /** The text of a machine's file. */
  text(path: string): string | undefined {
    const file = this.machine.get(path);
    return file && new TextDecoder().decode(file.bytes);
  }
  /** The commands alone. */
  get commands(): readonly string[] {
    return this.executed.map(({ command }) => command);
  }

  async exec(command: string, options: ExecOptions): Promise<ExecResult> {
    options.signal.throwIfAborted();
    const stdin = options.stdin ? new TextDecoder().decode(await collected(options.stdin, options.signal)) : undefined;
    const executed = { command, stdin, pty: options.pty };
    this.executed.push(executed);
    const result =
      (await this.#options.onExec?.(executed)) ?? (await runFakeShell(this, command, stdin ?? "", options.signal));
    options.signal.throwIfAborted();
    for (const stream of ["stdout", "stderr"] as const) {
      const text = result[stream];
      if (text) options.onOutput?.({ stream, bytes: new TextEncoder().encode(text) });
    }
    const { exit = 0, neverStarted, cause } = result;
    return { exit, ...(neverStarted && { neverStarted }), ...(cause !== undefined && { cause }) };
  }

  async upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void> {
    options.signal.throwIfAborted();
    this.transfers.push(`upload ${remotePath}`);
    const parent = remotePath.slice(0, remotePath.lastIndexOf("/")) || "/";
    if (remotePath.startsWith("/") && !this.directories.has(parent)) throw missing(remotePath);
    if (this.directories.has(remotePath)) throw new TransferError("transfer/refused", `${remotePath}: Is a directory`);
    const bytes = await collected(source, options.signal, options.onProgress);
    if (options.size !== undefined && bytes.length !== options.size) {
      const text = `the source of ${remotePath} has ${bytes.length} bytes instead of ${options.size}`;
      throw new TransferError("transfer/local", text);
    }
    this.machine.set(remotePath, { bytes, mode: options.mode ?? 0o644 });
  }

  async uploadDirectory(
    localDir: string,
    remoteDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    options.signal.throwIfAborted();
    this.transfers.push(`uploadDirectory ${localDir} ${remoteDir}`);
    const root = localDir.replace(/\/+$/, "");
    if ((await this.#files().stat(root))?.kind !== "directory") {
      throw new TransferError("transfer/local", `${localDir} does not exist`);
    }
    const target = localDir.endsWith("/") ? bare(remoteDir) : `${bare(remoteDir)}/${root.split("/").at(-1) ?? ""}`;
    await this.#send(root, target, "", options);
  }

  async *download(remotePath: string, options: TransferOptions): AsyncGenerator<Uint8Array> {
    options.signal.throwIfAborted();
    this.transfers.push(`download ${remotePath}`);
    const file = this.machine.get(remotePath);
    if (!file) throw missing(remotePath);
    options.onProgress?.(file.bytes.length);
    yield file.bytes;
  }

  async downloadDirectory(
    remoteDir: string,
    localDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    options.signal.throwIfAborted();
    this.transfers.push(`downloadDirectory ${remoteDir} ${localDir}`);
    const from = bare(remoteDir);
    if (!this.directories.has(from)) throw missing(remoteDir);
    const to = `${bare(localDir)}/${from.split("/").at(-1) ?? ""}`;
    await this.#files().makeDirectory(to, { recursive: true });
    for (const directory of this.directories) {
      const below = directory.startsWith(`${from}/`) ? directory.slice(from.length + 1) : undefined;
      if (below === undefined || excludes(options.exclude, below, true)) continue;
      await this.#files().makeDirectory(`${to}/${below}`, { recursive: true });
    }
    for (const [path, file] of this.machine) {
      const below = path.startsWith(`${from}/`) ? path.slice(from.length + 1) : undefined;
      if (below === undefined || excludes(options.exclude, below, false)) continue;
      await this.#files().write(`${to}/${below}`, file.bytes, { mode: file.mode });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.closed = true;
  }

  #files(): Files {
    if (!this.#options.files) throw new Error("the fake communicator was given no local files");
    return this.#options.files;
  }

  async #send(
    local: string,
    remote: string,
    relative: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void> {
    this.makeDirectories(remote);
    for (const name of await this.#files().list(local)) {
      const below = relative === "" ? name : `${relative}/${name}`;
      const path = `${local}/${name}`;
      const stat = await this.#files().stat(path);
      if (!stat) throw new TransferError("transfer/local", `${path} is a symbolic link that leads nowhere`);
      if (excludes(options.exclude, below, stat.kind === "directory")) continue;
      if (stat.kind === "directory") await this.#send(path, `${remote}/${name}`, below, options);
      else {
        const bytes = await collected(this.#files().read(path), options.signal, options.onProgress).catch(
          (error: unknown) => {
            throw new TransferError("transfer/local", `${path} cannot be read: ${messageOf(error)}`, error);
          },
        );
        this.machine.set(`${remote}/${name}`, { bytes, mode: stat.mode });
      }
    }
  }

  /** A directory of the machine, and those above it. */
  makeDirectories(path: string): void {
    for (let at = path.length; at > 0; at = path.lastIndexOf("/", at - 1)) this.directories.add(path.slice(0, at));
  }
}

function bare(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, "") : path;
}

function missing(path: string): TransferError {
  return new TransferError("transfer/refused", `${path}: No such file or directory`);
}

/** The common half of .gitignore: names and `*` at any depth, `/` at the start ties to the top, at the end means directories. */
function excludes(patterns: readonly string[] | undefined, path: string, directory: boolean): boolean {
  const parts = path.split("/");
  return (patterns ?? []).some((pattern) => {
    const name = pattern.replace(/^\/|\/$/g, "").replace(/[.+^${}()|[\]\\]/g, "\\$&");
    const source = name.replaceAll("*", "[^/]*").replaceAll("?", "[^/]");
    const matches = new RegExp(`^${source}$`);
    return parts.some((_, i) => {
      const isDirectory = i < parts.length - 1 || directory;
      if (pattern.endsWith("/") && !isDirectory) return false;
      return matches.test(
        pattern.replace(/\/$/, "").includes("/") ? parts.slice(0, i + 1).join("/") : (parts[i] ?? ""),
      );
    });
  });
}

async function collected(
  source: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
  onProgress?: (bytes: number) => void,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    signal.throwIfAborted();
    chunks.push(chunk.slice());
    length += chunk.length;
    onProgress?.(chunk.length);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
