import { Buffer } from "node:buffer";
import { posix } from "node:path";
import { WireReader } from "../../wire.ts";
import type { ChannelInput } from "../channel-input.ts";
import type { ChannelOutput } from "../channel-output.ts";
import { type Attributes, type Entry, FileRefusal, type MachineFiles } from "../files/machine-files.ts";
import { OpenFile } from "./open-file.ts";
import {
  decodeAttributes,
  encode,
  encodeAttributes,
  encodeEntry,
  flag,
  packet,
  status,
  text,
  uint32,
  uint64,
} from "./packets.ts";

/** OpenSSH's own limit: a longer packet is a broken client, not a request. */
const longestPacket = 256 * 1024;
const longestRead = longestPacket - 1024;
const entriesPerReply = 100;

type Open = OpenFile | { readonly entries: Entry[] };

/**
 * Answers SFTP version 3 with OpenSSH's extensions that its clients use, for a machine that has no such server. Requests are answered in
 * order: those that clients send ahead of the answers are reads and writes of one file.
 */
export class SftpServer {
  readonly #files: MachineFiles;
  readonly #input: ChannelInput;
  readonly #output: ChannelOutput;
  readonly #open = new Map<number, Open>();
  #next = 1;

  constructor(files: MachineFiles, input: ChannelInput, output: ChannelOutput) {
    this.#files = files;
    this.#input = input;
    this.#output = output;
  }

  /** Serves until the client ends. */
  async serve(): Promise<void> {
    try {
      for await (const body of packetsOf(this.#input)) await this.#output.write(await this.#answer(body));
    } finally {
      for (const held of this.#open.values()) if (held instanceof OpenFile) held.abandon();
    }
  }

  async #answer(body: Buffer): Promise<Buffer> {
    const reader = new WireReader(body);
    const type = reader.byte();
    if (type === packet.init) return greeting();
    const id = reader.number();
    try {
      return await this.#perform(type, id, reader);
    } catch (error) {
      return refused(id, error);
    }
  }

  async #perform(type: number, id: number, reader: WireReader): Promise<Buffer> {
    const files = this.#files;
    const path = (): Promise<string> => this.#files.absolute(reader.text());
    switch (type) {
      case packet.open:
        return this.#openFile(id, await path(), reader.number(), decodeAttributes(reader));
      case packet.opendir:
        return this.#hold(id, { entries: [...(await files.list(await path()))] });
      case packet.readdir:
        return this.#entries(id, this.#held(reader));
      case packet.close:
        return this.#close(id, reader);
      case packet.read:
        return this.#read(id, this.#file(reader), Number(reader.long()), reader.number());
      case packet.write:
        await this.#file(reader).write(Number(reader.long()), reader.bytes());
        return done(id);
      case packet.lstat:
        return reply(packet.attrs, id, encodeAttributes(await files.stat(await path(), false)));
      case packet.stat:
        return reply(packet.attrs, id, encodeAttributes(await files.stat(await path(), true)));
      case packet.fstat:
        return reply(packet.attrs, id, encodeAttributes(await this.#file(reader).attributes()));
      case packet.setstat:
        return done(id, await files.change(await path(), decodeAttributes(reader)));
      case packet.fsetstat:
        return done(id, this.#file(reader).set(decodeAttributes(reader)));
      case packet.remove:
        return done(id, await files.remove(await path()));
      case packet.mkdir:
        return done(id, await files.makeDirectory(await path(), decodeAttributes(reader).mode ?? 0o777));
      case packet.rmdir:
        return done(id, await files.removeDirectory(await path()));
      case packet.realpath:
        return this.#realPath(id, reader.text());
      case packet.rename:
        return done(id, await files.rename(await path(), await path(), false));
      case packet.readlink:
        return name(id, await files.readLink(await path()));
      case packet.symlink: {
        // OpenSSH swapped the two fields of the draft long ago, and every client follows OpenSSH.
        const target = reader.text();
        return done(id, await files.link(target, await path()));
      }
      case packet.extended:
        return this.#extended(id, reader.text(), reader);
      default:
        return statusReply(id, status.unsupported, "Operation unsupported");
    }
  }

  async #extended(id: number, request: string, reader: WireReader): Promise<Buffer> {
    const path = (): Promise<string> => this.#files.absolute(reader.text());
    switch (request) {
      case "posix-rename@openssh.com":
        return done(id, await this.#files.rename(await path(), await path(), true));
      case "limits@openssh.com":
        return reply(packet.extendedReply, id, ...[longestPacket, longestRead, longestRead, 0].map(uint64));
      case "fsync@openssh.com":
        return done(id);
      case "expand-path@openssh.com":
        return this.#realPath(id, reader.text().replace(/^~(?=\/|$)/, "."));
      default:
        return statusReply(id, status.unsupported, "Operation unsupported");
    }
  }

  async #openFile(id: number, path: string, flags: number, { mode = 0o666 }: Attributes): Promise<Buffer> {
    const has = (bit: number): boolean => (flags & bit) !== 0;
    if (!has(flag.write)) return this.#hold(id, await OpenFile.forReading(this.#files, path));
    const create = has(flag.create) && { mode, exclusive: has(flag.exclusive) };
    return this.#hold(
      id,
      await OpenFile.forWriting(this.#files, path, {
        ...(create && { create }),
        truncate: has(flag.truncate),
        append: has(flag.append),
      }),
    );
  }

  async #read(id: number, file: OpenFile, position: number, length: number): Promise<Buffer> {
    const pieces = await file.read(position, Math.min(length, longestRead));
    const size = pieces.reduce((sum, piece) => sum + piece.length, 0);
    if (size === 0) return statusReply(id, status.eof, "End of file");
    return reply(packet.data, id, uint32(size), ...pieces);
  }

  #entries(id: number, held: Open): Buffer {
    if (held instanceof OpenFile) throw new FileRefusal("other", "not a directory handle");
    const some = held.entries.splice(0, entriesPerReply);
    if (some.length === 0) return statusReply(id, status.eof, "End of file");
    const now = Date.now();
    return reply(packet.name, id, uint32(some.length), ...some.map((entry) => encodeEntry(entry, now)));
  }

  async #close(id: number, reader: WireReader): Promise<Buffer> {
    const handle = reader.bytes();
    const held = this.#at(handle);
    this.#open.delete(handle.readUInt32BE());
    if (held instanceof OpenFile) await held.close();
    return done(id);
  }

  async #realPath(id: number, path: string): Promise<Buffer> {
    const home = await this.#files.home();
    if (path === "" || path === "." || path === "./") return name(id, home);
    const absolute = posix.normalize(await this.#files.absolute(path));
    return name(id, absolute === home || absolute === "/" ? absolute : await this.#files.realPath(absolute));
  }

  #hold(id: number, held: Open): Buffer {
    const handle = this.#next++;
    this.#open.set(handle, held);
    return reply(packet.handle, id, text(uint32(handle)));
  }
  #at(handle: Buffer): Open {
    const found = handle.length === 4 ? this.#open.get(handle.readUInt32BE()) : undefined;
    if (!found) throw new FileRefusal("other", "invalid handle");
    return found;
  }
  #held(reader: WireReader): Open {
    return this.#at(reader.bytes());
  }
  #file(reader: WireReader): OpenFile {
    const held = this.#held(reader);
    if (!(held instanceof OpenFile)) throw new FileRefusal("other", "not a file handle");
    return held;
  }
}

async function* packetsOf(input: ChannelInput): AsyncGenerator<Buffer> {
  let rest = Buffer.alloc(0);
  for await (const piece of input.pieces()) {
    rest = rest.length === 0 ? Buffer.from(piece) : Buffer.concat([rest, piece]);
    let at = 0;
    while (rest.length - at >= 4) {
      const length = rest.readUInt32BE(at);
      if (length === 0 || length > longestPacket) return;
      if (rest.length - at - 4 < length) break;
      yield rest.subarray(at + 4, at + 4 + length);
      at += 4 + length;
    }
    rest = rest.subarray(at);
  }
}

function greeting(): Buffer {
  const extensions = ["posix-rename@openssh.com", "fsync@openssh.com", "limits@openssh.com", "expand-path@openssh.com"];
  return encode(packet.version, uint32(3), ...extensions.flatMap((extension) => [text(extension), text("1")]));
}
function reply(type: number, id: number, ...fields: readonly Uint8Array[]): Buffer {
  return encode(type, uint32(id), ...fields);
}
function statusReply(id: number, code: number, message: string): Buffer {
  return reply(packet.status, id, uint32(code), text(message), text(""));
}
/** The second argument is what a call returned that returns nothing: call and answer fit one line. */
function done(id: number, _called?: void): Buffer {
  return statusReply(id, status.ok, "Success");
}
function name(id: number, path: string): Buffer {
  return reply(packet.name, id, uint32(1), text(path), text(path), encodeAttributes({}));
}
function refused(id: number, error: unknown): Buffer {
  if (error instanceof RangeError) return statusReply(id, status.badMessage, error.message);
  const message = error instanceof Error ? error.message : "Failure";
  const why = error instanceof FileRefusal ? error.why : "other";
  if (why === "missing") return statusReply(id, status.missing, "No such file");
  if (why === "denied") return statusReply(id, status.denied, "Permission denied");
  return statusReply(id, why === "unsupported" ? status.unsupported : status.failure, message);
}
