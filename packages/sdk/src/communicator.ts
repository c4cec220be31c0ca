/** A connection to a machine that runs commands and moves files. Implemented by SSH, WinRM, docker, … and by a fake. */
export interface Communicator extends AsyncDisposable {
  /** `ssh`, `winrm`, `none`, `docker`, … */
  readonly kind: string;
  /** A non-zero exit and a lost connection are values; only an abort or a bug rejects. */
  exec(command: string, options: ExecOptions): Promise<ExecResult>;
  /**
   * Runs a subsystem of the machine's SSH server (`sftp`) as `exec` runs a command; `neverStarted` where the server refuses it. Absent
   * where there is no such server.
   */
  subsystem?(name: string, options: ExecOptions): Promise<ExecResult>;
  /**
   * Writes one file. `remotePath` is the file's own path; `size` lets protocols that need it avoid a spool; `mode` is set where
   * the protocol can (default 0644). Rejects with `TransferError`.
   */
  upload(source: AsyncIterable<Uint8Array>, remotePath: string, options: UploadOptions): Promise<void>;
  /**
   * Packer's rule: a `localDir` ending in `/` sends only its contents, otherwise a directory of its name is made in `remoteDir`.
   * Symbolic links are followed.
   */
  uploadDirectory(
    localDir: string,
    remoteDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void>;
  download(remotePath: string, options: TransferOptions): AsyncIterable<Uint8Array>;
  downloadDirectory(
    remoteDir: string,
    localDir: string,
    options: TransferOptions & { readonly exclude?: readonly string[] },
  ): Promise<void>;
}
export interface TransferOptions {
  readonly signal: AbortSignal;
  /** Called with the number of further bytes moved. */
  readonly onProgress?: (bytes: number) => void;
}
export interface UploadOptions extends TransferOptions {
  readonly size?: number;
  readonly mode?: number;
  /** When the source was last changed, for communicators that keep it; the time of the upload where absent. */
  readonly modified?: Date;
  /** The same bytes, read into the communicator's own memory (`buffer` of `Files.read`), for one that knows when it is done with a piece. */
  readonly readInto?: (buffer: () => Uint8Array) => AsyncIterable<Uint8Array>;
}
export interface ExecOptions {
  readonly signal: AbortSignal;
  readonly stdin?: AsyncIterable<Uint8Array>;
  /** Overrides the communicator's own setting. */
  readonly pty?: boolean;
  readonly onOutput?: (chunk: OutputChunk) => void;
  /** Asked after each chunk where the protocol can hold the machine back: what it returns is waited for before more is read. */
  readonly room?: () => Promise<void> | undefined;
}
export interface ExecResult {
  readonly exit: number | "disconnected";
  /** With `disconnected`: no connection could be had, so nothing of the command has run and trying again later is safe. */
  readonly neverStarted?: true;
  /** With `disconnected`: what the communicator knows of the cause. */
  readonly cause?: string;
}
export interface OutputChunk {
  readonly stream: "stdout" | "stderr";
  readonly bytes: Uint8Array;
}
