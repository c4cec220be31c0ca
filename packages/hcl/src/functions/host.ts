/** What a file function needs to know about a path. */
export interface FileInfo {
  readonly kind: "file" | "directory" | "other";
  /** As `ls -l` shows it: `drwxr-xr-x`. */
  readonly mode: string;
}

/** A file could not be read: `reason` as in `no such file or directory`, `is a directory`, `permission denied`. */
export class FileFailure extends Error {
  static {
    this.prototype.name = "FileFailure";
  }
  readonly code: "missing" | "directory" | "other";
  readonly reason: string;
  constructor(code: FileFailure["code"], reason: string, cause?: unknown) {
    super(reason, { cause });
    this.code = code;
    this.reason = reason;
  }
}

/** A secret could not be had; the message says why. */
export class SecretFailure extends Error {
  static {
    this.prototype.name = "SecretFailure";
  }
  readonly code = "secret";
}

type Soon<R> = R | Promise<R>;

/**
 * The outside world as HCL functions see it. Whatever is a promise suspends the evaluation (see `settle`), and is asked for
 * once per table of functions.
 */
export interface FunctionHost {
  /** Where relative paths of `file`, `fileexists`, `fileset` and `templatefile` start: the template's directory. */
  readonly templateDirectory: string;
  /** Absolute; where relative paths of `abspath` and `filebase64` start. */
  readonly workingDirectory: string;
  readonly homeDirectory: string | undefined;
  readonly windows: boolean;
  /** Nanoseconds since 1970, now. */
  now(): bigint;
  /** Nanoseconds since 1970 when this run began. */
  readonly startedAt: bigint;
  /** Cryptographically random bytes. */
  randomBytes(length: number): Uint8Array;
  /** Contents of a file; throws or rejects with FileFailure. */
  readFile(path: string): Soon<Uint8Array>;
  /** What is at a path, links followed; undefined if nothing is. */
  fileInfo(path: string): Soon<FileInfo | undefined>;
  /** Paths of all files below a directory, relative to it, with `/`; empty if there is no such directory. */
  listFiles(directory: string): Soon<readonly string[]>;
  environment(name: string): string | undefined;
  /** All members of a Vault secret; throws or rejects with SecretFailure. */
  vaultSecret(path: string): Soon<Readonly<Record<string, unknown>>>;
  /** A Consul value; empty if there is none. */
  consulValue(key: string): Soon<string>;
  /** The text of an AWS Secrets Manager secret. */
  awsSecret(name: string): Soon<string>;
}
