import type { OutputChunk } from "./communicator.ts";

/** What checking a template may touch: reading only. */
export interface PrepareHost {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `linux`, `darwin`, `win32`, … as Node names them. */
  readonly platform: string;
  /** Absolute working directory. */
  readonly cwd: string;
  readonly files: Pick<Files, "read" | "readText" | "stat" | "list">;
  readonly http: {
    /** Through the environment's proxy, trusting whom it says. Rejects only where there is no answer: any status is one. */
    request(input: HttpRequest, signal: AbortSignal): Promise<HttpResponse>;
    /** PEM certificates of the authorities that count on this machine; undefined where they are those that Node.js knows anyway. */
    authorities(): Promise<readonly string[] | undefined>;
  };
}

/** The only door to the outside world. `host-node` opens it, `sdk/testing` fakes it and injects faults. */
export interface Host extends PrepareHost {
  /** CPU architecture as Node names it (`x64`, `arm64`), and the number of cores worth using. */
  readonly arch: string;
  readonly cores: number;
  readonly clock: Clock;
  readonly random: { bytes(n: number): Uint8Array };
  readonly files: Files;
  readonly processes: { spawn(file: string, args: readonly string[], options: SpawnOptions): Process };
  readonly net: {
    connect(to: SocketAddress, signal: AbortSignal): Promise<Duplex>;
    /** A TCP port that was free a moment ago, within the inclusive range when one is given. */
    freePort(range?: readonly [number, number]): Promise<number>;
    listen(
      on: SocketAddress,
      onConnection: (socket: Duplex) => void,
    ): Promise<AsyncDisposable & { readonly port: number }>;
    /** Addresses of this machine by the name of the network interface. */
    addresses(): Readonly<Record<string, readonly InterfaceAddress[]>>;
    serveFiles(root: FileTree, options: ServeFilesOptions): Promise<AsyncDisposable & { readonly port: number }>;
  };
  /**
   * Fetches a URL (`http`, `https`, `file`) into a file, whole or not at all; an interrupted download is gone on with. One process at
   * a time may fetch to a path: hold a lock. Rejects with a `DownloadError`, or with the operating system's code (`ENOSPC`, …).
   */
  download(url: string, to: string, options: DownloadOptions): Promise<Downloaded>;
  /** Held between processes until disposed. `onWait` is called once when another holds it. */
  lock(path: string, signal: AbortSignal, onWait?: () => void): Promise<AsyncDisposable>;
}
export interface DownloadOptions {
  readonly signal: AbortSignal;
  /** `sha256:HEX`: what the fetched bytes must hash to, before unpacking. A file that is there and fits is not fetched again. */
  readonly checksum?: string;
  readonly unpack?: ArchiveForm;
  /** Bytes there are so far, and of how many where the server told. */
  readonly onProgress?: (done: number, total: number | undefined) => void;
  /** Longest silence of the server in milliseconds; a minute when not given. */
  readonly stallMs?: number;
}
export interface Downloaded {
  readonly path: string;
  /** It was there already: nothing was fetched. */
  readonly cached: boolean;
}
/** How a file is packed. Of a tar or zip archive, its only file is taken. */
export type ArchiveForm =
  | "gz"
  | "bz2"
  | "xz"
  | "zst"
  | "zip"
  | "tar"
  | "tar.gz"
  | "tar.bz2"
  | "tar.xz"
  | "tar.zst"
  | "tgz"
  | "tbz2"
  | "txz"
  | "tzst";
export interface Clock {
  now(): Date;
  /** Monotonic milliseconds, for durations. */
  monotonic(): number;
  /** Rejects with the signal's reason when aborted. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}
export interface FileStat {
  readonly kind: "file" | "directory" | "symlink" | "other";
  readonly size: number;
  /** Permission bits. */
  readonly mode: number;
  readonly modified: Date;
}
/** Errors carry `code` as the operating system names it: `ENOENT`, `EACCES`, `ENOSPC`, … `~` is not expanded here. */
export interface Files {
  /**
   * Pieces in order, each in memory of its own; or, with `buffer`, in what that returns: it is asked before every piece, so that a
   * reader of gigabytes can use the same memory again.
   */
  read(
    path: string,
    options?: { readonly start?: number; readonly end?: number; readonly buffer?: () => Uint8Array },
  ): AsyncIterable<Uint8Array>;
  /** Whole file as UTF-8. */
  readText(path: string): Promise<string>;
  /**
   * Creates or truncates; with `append` adds at the end; with `exclusive` refuses (`EEXIST`) an existing file. Mode defaults to 0o666 less
   * the umask. A piece of `data` is in use until the one after the next is asked for.
   */
  write(
    path: string,
    data: AsyncIterable<Uint8Array> | Uint8Array | string,
    options?: { readonly mode?: number; readonly exclusive?: boolean; readonly append?: boolean },
  ): Promise<void>;
  /** Follows symbolic links unless `link` is set; undefined where nothing is there. */
  stat(path: string, options?: { readonly link?: boolean }): Promise<FileStat | undefined>;
  /** Names in a directory, sorted. */
  list(path: string): Promise<readonly string[]>;
  /** Paths matching a shell pattern as Go's filepath.Glob does, sorted. */
  glob(pattern: string): Promise<readonly string[]>;
  readLink(path: string): Promise<string>;
  makeDirectory(path: string, options?: { readonly recursive?: boolean; readonly mode?: number }): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /**
   * Copies a file's bytes the cheapest way the system has; the copy takes the source's permission bits. Cannot be interrupted: stream
   * what is very large.
   */
  copy(from: string, to: string): Promise<void>;
  chmod(path: string, mode: number): Promise<void>;
  /** How many bytes this user may still write where an existing file or directory is. */
  freeBytes(path: string): Promise<number>;
  /** A file or a link, never a directory: for what a user may have named. Nothing there is success. */
  remove(path: string): Promise<void>;
  /** With everything below it: for what is Kiln's alone. Nothing there is success. */
  removeTree(path: string): Promise<void>;
  /** A new private file (0600) or directory (0700) in the temporary directory, named `PREFIX` + random digits. */
  temporary(kind: "file" | "directory", prefix: string): Promise<string>;
  /** Hex digests, computed off the main thread in one read per algorithm at the most. Algorithms as OpenSSL names them. */
  digest(path: string, algorithms: readonly string[], signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
}
export interface SpawnOptions {
  /** Aborting ends the whole process group: SIGTERM, then SIGKILL. */
  readonly signal: AbortSignal;
  readonly cwd?: string;
  /** Replaces the environment; absent inherits it. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Gives the child this process's terminal instead of pipes. */
  readonly terminal?: true;
}
export interface Process {
  readonly pid: number;
  readonly output: AsyncIterable<OutputChunk>;
  /** Rejects with an error whose `code` is `ENOENT`, `EACCES`, … when it could not be started. */
  readonly exit: Promise<ProcessExit>;
}
export type ProcessExit =
  | { readonly by: "code"; readonly code: number }
  | { readonly by: "signal"; readonly signal: string };
export interface Duplex extends AsyncDisposable {
  readonly input: AsyncIterable<Uint8Array>;
  write(bytes: Uint8Array): Promise<void>;
  end(): void;
}
export type SocketAddress = { readonly host: string; readonly port: number } | { readonly path: string };
export interface InterfaceAddress {
  readonly address: string;
  readonly family: "IPv4" | "IPv6";
}
export type FileTree = { readonly directory: string } | { readonly content: Readonly<Record<string, string>> };
export interface ServeFilesOptions {
  readonly address: string;
  /** Inclusive; the first free port of the range is taken. */
  readonly ports: readonly [number, number];
}
export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Path of a file that is streamed as the body, with its length. Redirects are not followed then. */
  readonly file?: string;
  /** Called with the number of further bytes of `file` sent. */
  readonly onProgress?: (bytes: number) => void;
  /** Accept any certificate. */
  readonly insecure?: boolean;
  readonly tls?: TlsSettings;
  /** Path of a Unix socket to ask instead of the URL's host. */
  readonly socketPath?: string;
  /** Never through a proxy. */
  readonly direct?: boolean;
  /** Give a redirect to the caller instead of following it. */
  readonly keepRedirect?: boolean;
}
/** PEM texts and names, for servers that the usual will not do for. */
export interface TlsSettings {
  /** The only authorities to trust. */
  readonly ca?: readonly string[];
  /** What this side shows of itself: both or neither. */
  readonly cert?: string;
  readonly key?: string;
  /** The name that the server's certificate must be for, where it is not the URL's. */
  readonly servername?: string;
}
export interface HttpResponse {
  readonly status: number;
  /** Lower-case names; repeated headers joined with `, `. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}
