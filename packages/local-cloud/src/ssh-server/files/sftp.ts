import * as fs from "node:fs";
import type { TreeView } from "../tree-view.ts";
import type { Attributes } from "./sftp-packets.ts";
import {
  attributes,
  encode,
  longName,
  MalformedPacket,
  PacketReader,
  packet,
  status,
  string,
  uint32,
  uint64,
} from "./sftp-packets.ts";

type Open = { readonly file: number; readonly append: boolean } | { readonly dir: fs.Dir; readonly path: string };

/** OpenSSH's own limit; longer packets are a broken peer, not a request. */
export const longestPacket = 256 * 1024;
const longestRead = longestPacket - 1024;

/**
 * Answers SFTP version 3 requests on one tree, as the user this process has become: every right is checked by the kernel.
 * With OpenSSH's extensions that its own clients and Go's use. Calls are synchronous because a session is a process of its
 * own: order is kept for free and the page cache answers faster than a thread pool hand-over.
 */
export class SftpSession {
  private readonly tree: TreeView;
  private readonly home: string;
  private readonly open = new Map<number, Open>();
  private next = 1;

  constructor(tree: TreeView, home: string) {
    this.tree = tree;
    this.home = home;
  }

  /** The reply to one packet (without its length). */
  answer(body: Buffer): Buffer {
    const reader = new PacketReader(body);
    const type = reader.byte();
    if (type === packet.init) return greeting();
    const id = reader.uint32();
    try {
      return this.perform(type, id, reader);
    } catch (error) {
      return refusal(id, error);
    }
  }

  /** Closes what the client left open. */
  end(): void {
    for (const held of this.open.values()) {
      if ("file" in held) fs.closeSync(held.file);
      else held.dir.closeSync();
    }
    this.open.clear();
  }

  private perform(type: number, id: number, reader: PacketReader): Buffer {
    switch (type) {
      case packet.open:
        return this.openFile(id, this.path(reader.text()), reader.uint32(), reader.attributes());
      case packet.close:
        return this.close(id, reader.bytes());
      case packet.read:
        return this.read(id, this.file(reader.bytes()).file, reader.uint64(), reader.uint32());
      case packet.write:
        return this.write(id, this.file(reader.bytes()), reader.uint64(), reader.bytes());
      case packet.lstat:
        return reply(packet.attrs, id, attributes(fs.lstatSync(this.at(reader.text(), false))));
      case packet.stat:
        return reply(packet.attrs, id, attributes(fs.statSync(this.at(reader.text()))));
      case packet.fstat:
        return reply(packet.attrs, id, attributes(fs.fstatSync(this.file(reader.bytes()).file)));
      case packet.setstat:
        return done(id, apply(this.at(reader.text()), reader.attributes()));
      case packet.fsetstat:
        return done(id, applyTo(this.file(reader.bytes()).file, reader.attributes()));
      case packet.opendir:
        return this.openDirectory(id, this.at(reader.text()));
      case packet.readdir:
        return this.readDirectory(id, reader.bytes());
      case packet.remove:
        return done(id, fs.unlinkSync(this.at(reader.text(), false)));
      case packet.mkdir:
        return done(id, fs.mkdirSync(this.at(reader.text(), false), (reader.attributes().mode ?? 0o777) & 0o7777));
      case packet.rmdir:
        return done(id, fs.rmdirSync(this.at(reader.text(), false)));
      case packet.realpath: {
        const real = this.tree.real(this.path(reader.text()));
        return reply(packet.name, id, uint32(1), string(real), string(real), uint32(0));
      }
      case packet.rename:
        return done(id, this.rename(this.at(reader.text(), false), this.at(reader.text(), false)));
      case packet.readlink: {
        const target = fs.readlinkSync(this.at(reader.text(), false));
        return reply(packet.name, id, uint32(1), string(target), string(target), uint32(0));
      }
      case packet.symlink: {
        // OpenSSH swapped the two fields of the draft long ago, and every client follows OpenSSH.
        const target = reader.text();
        return done(id, fs.symlinkSync(target, this.at(reader.text(), false)));
      }
      case packet.extended:
        return this.extended(id, reader);
      default:
        return statusReply(id, status.unsupported, "Operation unsupported");
    }
  }

  private extended(id: number, reader: PacketReader): Buffer {
    switch (reader.text()) {
      case "posix-rename@openssh.com":
        return done(id, fs.renameSync(this.at(reader.text(), false), this.at(reader.text(), false)));
      case "hardlink@openssh.com":
        return done(id, fs.linkSync(this.at(reader.text(), false), this.at(reader.text(), false)));
      case "fsync@openssh.com":
        return done(id, fs.fsyncSync(this.file(reader.bytes()).file));
      case "lsetstat@openssh.com":
        return done(id, applyToLink(this.at(reader.text(), false), reader.attributes()));
      case "statvfs@openssh.com":
        return reply(packet.extendedReply, id, ...spaceOf(fs.statfsSync(this.at(reader.text()))));
      case "limits@openssh.com":
        return reply(
          packet.extendedReply,
          id,
          uint64(longestPacket),
          uint64(longestRead),
          uint64(longestRead),
          uint64(0),
        );
      case "expand-path@openssh.com": {
        const real = this.tree.real(this.path(reader.text().replace(/^~(?=\/|$)/, this.home)));
        return reply(packet.name, id, uint32(1), string(real), string(real), uint32(0));
      }
      default:
        return statusReply(id, status.unsupported, "Operation unsupported");
    }
  }

  private openFile(id: number, path: string, flags: number, wanted: Attributes): Buffer {
    const [reading, writing, append, create, truncate, exclusive] = [1, 2, 4, 8, 16, 32].map(
      (bit) => (flags & bit) !== 0,
    );
    const c = fs.constants;
    const mode = writing ? (reading ? c.O_RDWR : c.O_WRONLY) : c.O_RDONLY;
    const extra =
      (append ? c.O_APPEND : 0) | (create ? c.O_CREAT : 0) | (truncate ? c.O_TRUNC : 0) | (exclusive ? c.O_EXCL : 0);
    const file = fs.openSync(this.tree.resolve(path), mode | extra, (wanted.mode ?? 0o666) & 0o7777);
    return this.hold(id, { file, append: append === true });
  }

  private openDirectory(id: number, path: string): Buffer {
    return this.hold(id, { dir: fs.opendirSync(path, { bufferSize: 128 }), path });
  }

  private readDirectory(id: number, handle: Buffer): Buffer {
    const held = this.held(handle);
    if (!("dir" in held)) throw new RangeError("not a directory handle");
    const entries: Buffer[] = [];
    for (let entry = held.dir.readSync(); entry !== null; entry = held.dir.readSync()) {
      const stats = fs.lstatSync(`${held.path}/${entry.name}`, { throwIfNoEntry: false });
      if (!stats) continue;
      entries.push(string(entry.name), string(longName(entry.name, stats)), attributes(stats));
      if (entries.length >= 3 * 100) break;
    }
    if (entries.length === 0) return statusReply(id, status.eof, "End of file");
    return reply(packet.name, id, uint32(entries.length / 3), ...entries);
  }

  private read(id: number, file: number, position: number, wanted: number): Buffer {
    const into = Buffer.allocUnsafe(Math.min(wanted, longestRead) + 13);
    const read = fs.readSync(file, into, 13, into.length - 13, position);
    if (read === 0) return statusReply(id, status.eof, "End of file");
    into.writeUInt32BE(read + 9, 0);
    into.writeUInt8(packet.data, 4);
    into.writeUInt32BE(id, 5);
    into.writeUInt32BE(read, 9);
    return into.subarray(0, read + 13);
  }

  private write(
    id: number,
    held: { readonly file: number; readonly append: boolean },
    position: number,
    data: Buffer,
  ): Buffer {
    for (let sent = 0; sent < data.length; ) {
      sent += fs.writeSync(held.file, data, sent, data.length - sent, held.append ? null : position + sent);
    }
    return statusReply(id, status.ok, "Success");
  }

  /** Version 3's rename refuses an existing target; `posix-rename` is the one that replaces. */
  private rename(from: string, to: string): void {
    if (fs.lstatSync(to, { throwIfNoEntry: false })) throw new RangeError("the new name exists");
    fs.renameSync(from, to);
  }

  private close(id: number, handle: Buffer): Buffer {
    const held = this.held(handle);
    this.open.delete(handle.readUInt32BE());
    if ("file" in held) fs.closeSync(held.file);
    else held.dir.closeSync();
    return statusReply(id, status.ok, "Success");
  }

  private hold(id: number, held: Open): Buffer {
    const number = this.next++;
    this.open.set(number, held);
    return reply(packet.handle, id, string(uint32(number)));
  }

  private held(handle: Buffer): Open {
    const found = handle.length === 4 ? this.open.get(handle.readUInt32BE()) : undefined;
    if (!found) throw new RangeError("invalid handle");
    return found;
  }

  private file(handle: Buffer): { readonly file: number; readonly append: boolean } {
    const held = this.held(handle);
    if (!("file" in held)) throw new RangeError("not a file handle");
    return held;
  }

  private path(path: string): string {
    return path.startsWith("/") ? path : `${this.home}/${path}`;
  }

  private at(path: string, follow = true): string {
    return this.tree.resolve(this.path(path), follow);
  }
}

function greeting(): Buffer {
  const extensions = [
    ["posix-rename@openssh.com", "1"], ["statvfs@openssh.com", "2"], ["hardlink@openssh.com", "1"], ["fsync@openssh.com", "1"],
    ["lsetstat@openssh.com", "1"], ["limits@openssh.com", "1"], ["expand-path@openssh.com", "1"],
  ]; // biome-ignore format: pairs
  return encode(packet.version, uint32(3), ...extensions.flat().map(string));
}

function reply(type: number, id: number, ...fields: readonly Buffer[]): Buffer {
  return encode(type, uint32(id), ...fields);
}

function statusReply(id: number, code: number, message: string): Buffer {
  return reply(packet.status, id, uint32(code), string(message), string(""));
}

/** The second argument is a call that returns nothing: the call and its reply fit one line. */
function done(id: number, _called: void): Buffer {
  return statusReply(id, status.ok, "Success");
}

function refusal(id: number, error: unknown): Buffer {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT" || code === "ENOTDIR" || code === "ELOOP")
    return statusReply(id, status.noSuchFile, "No such file");
  if (code === "EACCES" || code === "EPERM") return statusReply(id, status.permissionDenied, "Permission denied");
  // Node's own range errors carry a code: a number was missing.
  if (error instanceof MalformedPacket || (error instanceof RangeError && code !== undefined))
    return statusReply(id, status.badMessage, error.message);
  return statusReply(id, status.failure, error instanceof Error ? error.message : "Failure");
}

function apply(path: string, wanted: Attributes): void {
  if (wanted.size !== undefined) fs.truncateSync(path, wanted.size);
  if (wanted.times) fs.utimesSync(path, wanted.times.accessed, wanted.times.modified);
  if (wanted.mode !== undefined) fs.chmodSync(path, wanted.mode & 0o7777);
  if (wanted.owner) fs.chownSync(path, wanted.owner.uid, wanted.owner.gid);
}

function applyTo(file: number, wanted: Attributes): void {
  if (wanted.size !== undefined) fs.ftruncateSync(file, wanted.size);
  if (wanted.times) fs.futimesSync(file, wanted.times.accessed, wanted.times.modified);
  if (wanted.mode !== undefined) fs.fchmodSync(file, wanted.mode & 0o7777);
  if (wanted.owner) fs.fchownSync(file, wanted.owner.uid, wanted.owner.gid);
}

function applyToLink(path: string, wanted: Attributes): void {
  if (wanted.times) fs.lutimesSync(path, wanted.times.accessed, wanted.times.modified);
  if (wanted.owner) fs.lchownSync(path, wanted.owner.uid, wanted.owner.gid);
  if (wanted.mode !== undefined && !fs.lstatSync(path).isSymbolicLink()) fs.chmodSync(path, wanted.mode & 0o7777);
}

function spaceOf(fs_: fs.StatsFs): Buffer[] {
  const { bsize, blocks, bfree, bavail, files, ffree } = fs_;
  return [bsize, bsize, blocks, bfree, bavail, files, ffree, ffree, 0, 0, 255].map(uint64);
}
