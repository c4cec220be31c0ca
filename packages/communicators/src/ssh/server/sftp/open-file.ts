import type { Attributes, FileReader, FileWriter, MachineFiles, WriteChoice } from "../files/machine-files.ts";

/**
 * An open handle over streams: clients read and write in order, and get a new stream where they jump. What they set on it is done when
 * it is closed.
 */
export class OpenFile {
  readonly #files: MachineFiles;
  #path: string;
  readonly #choice: WriteChoice | undefined;
  #reader: { readonly from: FileReader; at: number; rest: Uint8Array } | undefined;
  #writer: { readonly to: FileWriter; at: number } | undefined;
  #highest = 0;
  #before = 0;
  #changes: Attributes = {};

  private constructor(files: MachineFiles, path: string, choice: WriteChoice | undefined) {
    this.#files = files;
    this.#path = path;
    this.#choice = choice;
  }

  static async forReading(files: MachineFiles, path: string): Promise<OpenFile> {
    const file = new OpenFile(files, path, undefined);
    file.#reader = { from: await files.read(path, 0), at: 0, rest: new Uint8Array() };
    return file;
  }
  static async forWriting(files: MachineFiles, path: string, choice: WriteChoice): Promise<OpenFile> {
    const file = new OpenFile(files, path, choice);
    const to = await files.write(path, choice);
    file.#path = to.path;
    file.#before = choice.truncate ? 0 : to.before;
    file.#writer = { to, at: 0 };
    return file;
  }

  async attributes(): Promise<Attributes> {
    if (this.#reader) return this.#reader.from.attributes;
    await this.#flush();
    return this.#files.stat(this.#path, true);
  }

  /** Exactly `length` bytes but at the end of the file; none there. */
  async read(position: number, length: number): Promise<readonly Uint8Array[]> {
    if (!this.#reader || this.#reader.at !== position) {
      this.#reader?.from.close();
      await this.#flush();
      this.#reader = { from: await this.#files.read(this.#path, position), at: position, rest: new Uint8Array() };
    }
    const reader = this.#reader;
    const pieces: Uint8Array[] = [];
    for (let left = length; left > 0; ) {
      const piece = reader.rest.length > 0 ? reader.rest : await reader.from.next();
      if (!piece) break;
      const taken = piece.subarray(0, left);
      reader.rest = piece.subarray(taken.length);
      reader.at += taken.length;
      left -= taken.length;
      pieces.push(taken);
    }
    return pieces;
  }

  async write(position: number, bytes: Uint8Array): Promise<void> {
    const appends = this.#choice?.append === true;
    if (!this.#writer || (this.#writer.at !== position && !appends)) {
      await this.#flush();
      this.#writer = { to: await this.#files.write(this.#path, { append: appends, from: position }), at: position };
    }
    await this.#writer.to.write(bytes);
    this.#writer.at += bytes.length;
    this.#highest = Math.max(this.#highest, this.#writer.at);
  }

  set(changes: Attributes): void {
    this.#changes = { ...this.#changes, ...changes };
  }

  async close(): Promise<void> {
    this.#reader?.from.close();
    await this.#flush();
    const { size, ...rest } = this.#changes;
    const length = Math.max(this.#before, this.#highest);
    const changes: Attributes = { ...rest, ...(size !== undefined && size !== length && { size }) };
    if (Object.keys(changes).length > 0) await this.#files.change(this.#path, changes);
  }

  /** Without waiting for the machine: the client has gone. */
  abandon(): void {
    this.#reader?.from.close();
    this.#writer?.to.end().catch(() => {});
  }

  async #flush(): Promise<void> {
    const writer = this.#writer;
    this.#writer = undefined;
    await writer?.to.end();
  }
}
