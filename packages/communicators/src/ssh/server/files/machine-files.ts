/** Where the machine refused; `why` is what SFTP can tell apart. */
export class FileRefusal extends Error {
  static {
    this.prototype.name = "FileRefusal";
  }
  readonly why: "missing" | "denied" | "other" | "unsupported" | "lost";
  constructor(why: FileRefusal["why"], message: string) {
    super(message);
    this.why = why;
  }
}

/** What is known of a file, or shall be set; times are seconds since 1970. `mode` holds the kind of file too where it is known. */
export interface Attributes {
  readonly size?: number;
  readonly owner?: { readonly uid: number; readonly gid: number };
  readonly mode?: number;
  readonly times?: { readonly accessed: number; readonly modified: number };
}
export interface Entry {
  readonly name: string;
  readonly attributes: Attributes;
}

export interface WriteChoice {
  /** Make it where it is missing, with this mode less the machine's umask. */
  readonly create?: { readonly mode: number; readonly exclusive?: boolean };
  readonly truncate?: boolean;
  readonly append?: boolean;
  /** First byte to write. */
  readonly from?: number;
  /** Where the path is a directory: the file of this name in it. */
  readonly orInside?: string;
}
/** A file being written, from one byte on. */
export interface FileWriter {
  /** Size before. */
  readonly before: number;
  /** The path written to. */
  readonly path: string;
  /** Resolves when there is room for more. */
  write(bytes: Uint8Array): Promise<void>;
  /** Rejects with what went wrong since. */
  end(): Promise<void>;
}
/** A file being read, from one byte on. */
export interface FileReader {
  readonly attributes: Attributes;
  /** Undefined at the end. */
  next(): Promise<Uint8Array | undefined>;
  close(): void;
}

/** The files of a machine behind a communicator. All but `absolute` take absolute paths; all reject with `FileRefusal`. */
export interface MachineFiles {
  /** A client's path, which may be relative to `home`. */
  absolute(path: string): Promise<string>;
  /** Where a login starts. */
  home(): Promise<string>;
  stat(path: string, follow: boolean): Promise<Attributes>;
  list(path: string): Promise<readonly Entry[]>;
  read(path: string, from: number): Promise<FileReader>;
  write(path: string, choice: WriteChoice): Promise<FileWriter>;
  change(path: string, attributes: Attributes): Promise<void>;
  makeDirectory(path: string, mode: number): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  rename(from: string, to: string, replace: boolean): Promise<void>;
  realPath(path: string): Promise<string>;
  readLink(path: string): Promise<string>;
  link(target: string, path: string): Promise<void>;
}
