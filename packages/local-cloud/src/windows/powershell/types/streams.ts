import { createHash } from "node:crypto";
import { gunzipSync, inflateRawSync } from "node:zlib";
import type { WindowsProcess } from "../../system/process.ts";
import { Refusal } from "../../system/refusal.ts";
import { decodePage, encodePage } from "../../system/text-encodings.ts";
import { count, text } from "../values/convert.ts";
import { methodFailure } from "../values/errors.ts";
import { NetObject, type Value } from "../values/value.ts";

/** Bytes with a place in them: what files and memory streams have in common. */
export abstract class ByteStream extends NetObject {
  position = 0;
  protected abstract all(): Uint8Array;
  protected abstract put(bytes: Uint8Array, at: number): void;
  protected abstract resize(length: number): void;
  close(): void {}

  rest(): Uint8Array {
    const bytes = this.all().subarray(this.position);
    this.position += bytes.length;
    return bytes;
  }
  write(bytes: Uint8Array): void {
    this.put(bytes, this.position);
    this.position += bytes.length;
  }
  override get(name: string): Value | undefined {
    switch (name.toLowerCase()) {
      case "length":
        return BigInt(this.all().length);
      case "position":
        return BigInt(this.position);
      case "canread":
      case "canwrite":
      case "canseek":
        return true;
      default:
        return undefined;
    }
  }
  override set(name: string, value: Value): boolean {
    if (name.toLowerCase() !== "position") return false;
    this.position = count(value);
    return true;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null, offset = 0, length = 0] = args;
    switch (name) {
      case "read": {
        if (!(first instanceof Uint8Array)) return undefined;
        const piece = this.all().subarray(this.position, this.position + count(length));
        first.set(piece, count(offset));
        this.position += piece.length;
        return piece.length;
      }
      case "readbyte": {
        const byte = this.all()[this.position];
        if (byte !== undefined) this.position++;
        return byte ?? -1;
      }
      case "write": {
        if (!(first instanceof Uint8Array)) return undefined;
        const from = args.length > 1 ? count(offset) : 0;
        this.write(first.subarray(from, args.length > 2 ? from + count(length) : undefined));
        return null;
      }
      case "writebyte":
        this.write(Uint8Array.of(count(first)));
        return null;
      case "seek": {
        const origin = text(offset).toLowerCase();
        this.position =
          count(first) + (origin === "current" ? this.position : origin === "end" ? this.all().length : 0);
        return BigInt(this.position);
      }
      case "setlength":
        this.resize(count(first));
        return null;
      case "toarray":
        return Uint8Array.from(this.all());
      case "copyto": {
        if (!(first instanceof ByteStream)) return undefined;
        first.write(this.rest());
        return null;
      }
      case "flush":
        return null;
      case "close":
      case "dispose":
        this.close();
        return null;
      default:
        return undefined;
    }
  }
}

export class MemoryStream extends ByteStream {
  readonly typeName = "System.IO.MemoryStream";
  #bytes: Buffer;
  #length: number;
  constructor(bytes: Uint8Array = new Uint8Array()) {
    super();
    this.#bytes = Buffer.from(bytes);
    this.#length = bytes.length;
  }
  protected all(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }
  protected put(bytes: Uint8Array, at: number): void {
    const end = at + bytes.length;
    if (end > this.#bytes.length)
      this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(Math.max(end - this.#bytes.length, this.#bytes.length))]);
    this.#bytes.set(bytes, at);
    this.#length = Math.max(this.#length, end);
  }
  protected resize(length: number): void {
    this.#length = Math.min(length, this.#bytes.length);
  }
}

/** An open file. What is written is in the file at once. */
export class FileStream extends ByteStream {
  readonly typeName = "System.IO.FileStream";
  readonly #process: WindowsProcess;
  readonly #path: string;
  #isOpen = true;
  #cached: { bytes: Buffer; size: number; modified: number } | undefined;
  constructor(process: WindowsProcess, path: string, mode: string, access: string) {
    super();
    this.#process = process;
    this.#path = path;
    const { drive } = process.system;
    const known = drive.facts(path);
    const missing = (): never => {
      throw methodFailure("Open", 2, "System.IO.FileNotFoundException", `Could not find file '${path}'.`);
    };
    switch (mode.toLowerCase()) {
      case "open":
        if (!known) missing();
        break;
      case "create":
        drive.write(path, new Uint8Array());
        break;
      case "createnew":
        if (known) throw methodFailure("Open", 2, "System.IO.IOException", `The file '${path}' already exists.`);
        drive.write(path, new Uint8Array());
        break;
      case "append":
        if (!known) drive.write(path, new Uint8Array());
        this.position = known?.size ?? 0;
        break;
      case "truncate":
        if (!known) missing();
        drive.write(path, new Uint8Array());
        break;
      case "openorcreate":
        if (!known) drive.write(path, new Uint8Array());
        break;
      default:
        throw new Refusal(`the file mode ${mode}`);
    }
    if (known?.isFolder)
      throw methodFailure("Open", 2, "System.UnauthorizedAccessException", `Access to the path '${path}' is denied.`);
    if (known?.isReadOnly && !/^read$/i.test(access))
      throw methodFailure("Open", 2, "System.UnauthorizedAccessException", `Access to the path '${path}' is denied.`);
  }
  protected all(): Uint8Array {
    this.#mustBeOpen();
    const facts = this.#process.system.drive.facts(this.#path);
    const known = this.#cached;
    if (known && facts && known.size === facts.size && known.modified === facts.modifiedMs) return known.bytes;
    const bytes = this.#process.system.drive.read(this.#path);
    this.#cached = { bytes, size: facts?.size ?? 0, modified: facts?.modifiedMs ?? 0 };
    return bytes;
  }
  protected put(bytes: Uint8Array, at: number): void {
    this.#mustBeOpen();
    this.#cached = undefined;
    this.#process.system.drive.writeAt(this.#path, at, bytes);
  }
  protected resize(length: number): void {
    this.#cached = undefined;
    this.#process.system.drive.truncate(this.#path, length);
  }
  override close(): void {
    this.#isOpen = false;
    this.#cached = undefined;
  }
  override get(name: string): Value | undefined {
    if (name.toLowerCase() === "name") return this.#path;
    if (name.toLowerCase() === "length") return BigInt(this.#process.system.drive.facts(this.#path)?.size ?? 0);
    return super.get(name);
  }
  #mustBeOpen(): void {
    if (!this.#isOpen)
      throw methodFailure("Write", 3, "System.ObjectDisposedException", "Cannot access a closed file.");
  }
}

/** What a deflated or gzipped stream holds; for reading only. */
export class InflateStream extends ByteStream {
  readonly typeName: string;
  readonly #bytes: Uint8Array;
  constructor(source: ByteStream, isGzip: boolean) {
    super();
    this.typeName = isGzip ? "System.IO.Compression.GZipStream" : "System.IO.Compression.DeflateStream";
    try {
      this.#bytes = isGzip ? gunzipSync(source.rest()) : inflateRawSync(source.rest());
    } catch {
      throw methodFailure(
        "Read",
        3,
        "System.IO.InvalidDataException",
        "The archive entry was compressed using an unsupported compression method.",
      );
    }
  }
  protected all(): Uint8Array {
    return this.#bytes;
  }
  protected put(): void {
    throw new Refusal("compressing");
  }
  protected resize(): void {
    throw new Refusal("compressing");
  }
}

/** Text from a stream. */
export class StreamReader extends NetObject {
  readonly typeName = "System.IO.StreamReader";
  readonly #stream: ByteStream;
  readonly #page: number | undefined;
  #rest = "";
  #isMarked = false;
  constructor(stream: ByteStream, page?: number) {
    super();
    this.#stream = stream;
    this.#page = page;
  }
  #fill(): void {
    let bytes = this.#stream.rest();
    if (bytes.length === 0) return;
    let page = this.#page ?? 65001;
    if (!this.#isMarked) {
      this.#isMarked = true;
      if (bytes[0] === 0xff && bytes[1] === 0xfe) [page, bytes] = [1200, bytes.subarray(2)];
      else if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) [page, bytes] = [65001, bytes.subarray(3)];
    }
    this.#rest += decodePage(bytes, page);
  }
  override get(name: string): Value | undefined {
    const wanted = name.toLowerCase();
    if (wanted === "basestream") return this.#stream;
    if (wanted !== "endofstream") return undefined;
    this.#fill();
    return this.#rest === "";
  }
  override call(name: string): Value | undefined {
    switch (name) {
      case "readline": {
        if (!/\n/.test(this.#rest)) this.#fill();
        if (this.#rest === "") return null;
        const end = /\r\n|\n|\r/.exec(this.#rest);
        const line = end ? this.#rest.slice(0, end.index) : this.#rest;
        this.#rest = end ? this.#rest.slice(end.index + end[0].length) : "";
        return line;
      }
      case "readtoend": {
        this.#fill();
        const all = this.#rest;
        this.#rest = "";
        return all;
      }
      case "peek":
        this.#fill();
        return this.#rest === "" ? -1 : this.#rest.charCodeAt(0);
      case "close":
      case "dispose":
        this.#stream.close();
        return null;
      default:
        return undefined;
    }
  }
}

/** Text into a stream. */
export class StreamWriter extends NetObject {
  readonly typeName = "System.IO.StreamWriter";
  readonly #stream: ByteStream;
  readonly #page: number;
  constructor(stream: ByteStream, page = 65001) {
    super();
    this.#stream = stream;
    this.#page = page;
  }
  override get(name: string): Value | undefined {
    return name.toLowerCase() === "basestream" ? this.#stream : undefined;
  }
  override set(name: string): boolean {
    return /^(?:autoflush|newline)$/i.test(name);
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const said = args.length === 0 ? "" : text(args[0] ?? null);
    switch (name) {
      case "write":
        this.#stream.write(encodePage(said, this.#page));
        return null;
      case "writeline":
        this.#stream.write(encodePage(`${said}\r\n`, this.#page));
        return null;
      case "flush":
        return null;
      case "close":
      case "dispose":
        this.#stream.close();
        return null;
      default:
        return undefined;
    }
  }
}

/** SHA1CryptoServiceProvider and its kin. */
export class HashAlgorithm extends NetObject {
  readonly typeName: string;
  readonly #name: string;
  constructor(typeName: string, name: string) {
    super();
    this.typeName = typeName;
    this.#name = name;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const [first = null] = args;
    if (name === "computehash" && first instanceof Uint8Array)
      return Uint8Array.from(createHash(this.#name).update(first).digest());
    if (name === "computehash" && first instanceof ByteStream)
      return Uint8Array.from(createHash(this.#name).update(first.rest()).digest());
    return name === "dispose" || name === "clear" ? null : undefined;
  }
}

/** Standard output or standard error, as [Console] gives it. */
export class ConsoleWriter extends NetObject {
  readonly typeName = "System.IO.TextWriter";
  readonly #write: (said: string) => void;
  constructor(write: (said: string) => void) {
    super();
    this.#write = write;
  }
  override call(name: string, args: readonly Value[]): Value | undefined {
    const said = args.length === 0 ? "" : text(args[0] ?? null);
    if (name === "write") this.#write(said);
    else if (name === "writeline") this.#write(`${said}\r\n`);
    else if (name !== "flush") return undefined;
    return null;
  }
}

/** Standard input, as [Console]::In gives it. */
export class ConsoleReader extends NetObject {
  readonly typeName = "System.IO.TextReader";
  readonly #process: WindowsProcess;
  constructor(process: WindowsProcess) {
    super();
    this.#process = process;
  }
  override call(name: string): Promise<Value> {
    return this.#read(name);
  }
  async #read(name: string): Promise<Value> {
    if (name === "readline") return (await this.#process.lines.next()) ?? null;
    if (name === "readtoend") return await this.#process.lines.rest();
    throw new Refusal(`[Console]::In.${name}()`);
  }
}
