import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TreeView } from "../tree-view.ts";
import { SftpSession } from "./sftp.ts";
import { PacketReader, packet, status, string, uint32, uint64 } from "./sftp-packets.ts";

describe("an SFTP session", () => {
  let root: string;
  let session: SftpSession;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "sftp-"));
    session = new SftpSession(new TreeView(root), "/");
  });
  afterEach(() => {
    session.end();
    rmSync(root, { recursive: true });
  });
  /** Sends one request and reads the reply's head: its type and id. */
  const ask = (type: number, ...fields: readonly Buffer[]): { type: number; reader: PacketReader } => {
    const reply = session.answer(Buffer.concat([Buffer.from([type]), uint32(9), ...fields]));
    expect(reply.readUInt32BE()).toBe(reply.length - 4);
    const reader = new PacketReader(reply.subarray(4));
    const kind = reader.byte();
    expect(reader.uint32()).toBe(9);
    return { type: kind, reader };
  };
  const statusOf = (type: number, ...fields: readonly Buffer[]): number => {
    const reply = ask(type, ...fields);
    expect(reply.type).toBe(packet.status);
    return reply.reader.uint32();
  };
  const open = (path: string, flags: number): Buffer => {
    const reply = ask(packet.open, string(path), uint32(flags), uint32(4), uint32(0o640));
    expect(reply.type).toBe(packet.handle);
    return Buffer.from(reply.reader.bytes());
  };

  it("writes out of order and reads back, with the asked mode", () => {
    const handle = open("file", 2 | 8 | 16);
    expect(statusOf(packet.write, string(handle), uint64(5), string("world"))).toBe(status.ok);
    expect(statusOf(packet.write, string(handle), uint64(0), string("hello"))).toBe(status.ok);
    expect(statusOf(packet.close, string(handle))).toBe(status.ok);
    expect(readFileSync(join(root, "file"), "utf8")).toBe("helloworld");
    expect(statSync(join(root, "file")).mode & 0o777).toBe(0o640);
    const again = open("/file", 1);
    const reply = ask(packet.read, string(again), uint64(3), uint32(4));
    expect([reply.type, reply.reader.text()]).toEqual([packet.data, "lowo"]);
    expect(statusOf(packet.read, string(again), uint64(10), uint32(4))).toBe(status.eof);
  });

  it("names its failures", () => {
    expect(statusOf(packet.stat, string("/none"))).toBe(status.noSuchFile);
    expect(statusOf(packet.close, string("bad"))).toBe(status.failure);
    expect(statusOf(99)).toBe(status.unsupported);
    expect(statusOf(packet.stat, uint32(1000))).toBe(status.badMessage);
    writeFileSync(join(root, "a"), "");
    writeFileSync(join(root, "b"), "");
    expect(statusOf(packet.rename, string("/a"), string("/b"))).toBe(status.failure);
    expect(statusOf(packet.extended, string("posix-rename@openssh.com"), string("/a"), string("/b"))).toBe(status.ok);
  });

  it("lists a directory once", () => {
    writeFileSync(join(root, "one"), "1");
    const { reader } = ask(packet.opendir, string("/"));
    const handle = Buffer.from(reader.bytes());
    const names = ask(packet.readdir, string(handle));
    expect([names.type, names.reader.uint32(), names.reader.text()]).toEqual([packet.name, 1, "one"]);
    expect(names.reader.text()).toMatch(/^-rw.* one$/);
    expect(statusOf(packet.readdir, string(handle))).toBe(status.eof);
  });

  it("sets times and size", () => {
    writeFileSync(join(root, "f"), "12345");
    expect(statusOf(packet.setstat, string("f"), uint32(1 | 8), uint64(2), uint32(1000), uint32(2000))).toBe(status.ok);
    const found = statSync(join(root, "f"));
    expect([found.size, found.mtimeMs]).toEqual([2, 2_000_000]);
  });
});
