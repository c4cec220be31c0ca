import { fstatSync, type Stats, writeSync } from "node:fs";

/** Standard output or standard error. A reader that goes away (`| head`) ends it quietly. */
export class Output {
  readonly #descriptor: 1 | 2;
  #direct: boolean;
  #opened: NodeJS.WriteStream | undefined;

  constructor(descriptor: 1 | 2) {
    this.#descriptor = descriptor;
    this.#direct = process.platform !== "win32" && isPlain(descriptor);
  }

  get isTerminal(): boolean {
    return !this.#direct && this.#stream.isTTY === true;
  }
  get columns(): number {
    return (this.#direct ? undefined : this.#stream.columns) ?? 80;
  }

  write(text: string): void {
    if (!this.#direct) {
      this.#stream.write(text);
      return;
    }
    const left = this.#writeAtOnce(Buffer.from(text));
    if (left.length === 0) return;
    this.#direct = false;
    this.#stream.write(left);
  }

  /** Resolves when everything written has left this process. */
  async flush(): Promise<void> {
    const stream = this.#opened;
    if (!stream || stream.destroyed || stream.writableLength === 0) return;
    await new Promise<void>((resolve) => stream.write("", () => resolve()));
  }

  /** Node's own stream, opened when it is needed: that alone costs milliseconds of every start. */
  get #stream(): NodeJS.WriteStream {
    if (!this.#opened) {
      this.#opened = this.#descriptor === 1 ? process.stdout : process.stderr;
      this.#opened.on("error", () => {});
    }
    return this.#opened;
  }

  /** What a descriptor that must not block did not take. */
  #writeAtOnce(bytes: Uint8Array): Uint8Array {
    let at = 0;
    while (at < bytes.length) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EAGAIN") return bytes.subarray(at);
        // Nobody reads any more, or the disk is full: the work goes on.
        if (code !== "EINTR") return new Uint8Array();
      }
    }
    return new Uint8Array();
  }
}

/** Files, pipes, sockets and devices like /dev/null: whatever is surely no terminal. */
function isPlain(descriptor: number): boolean {
  let stats: Stats;
  try {
    stats = fstatSync(descriptor);
  } catch {
    return false;
  }
  // Memory devices have the major number 1 on Linux.
  const isMemory = process.platform === "linux" && stats.isCharacterDevice() && stats.rdev >> 8 === 1;
  return stats.isFile() || stats.isFIFO() || stats.isSocket() || isMemory;
}
