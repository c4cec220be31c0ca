import * as fs from "node:fs";
import { basename } from "node:path";
import type { TreeView } from "../tree-view.ts";
import type { ScpOptions } from "./scp-options.ts";
import { reason } from "./scp-sink.ts";
import type { Wire } from "./wire.ts";

const chunk = 256 * 1024;

/** `scp -f`: gives files and directories to the peer, waiting for its zero byte after each record. Returns the exit code. */
export function scpSource(wire: Wire, tree: TreeView, options: ScpOptions): number {
  if (!accepted(wire)) return 1;
  let clean = true;
  for (const path of options.paths) clean = give(wire, tree, path, options) && clean;
  return clean ? 0 : 1;
}

function give(wire: Wire, tree: TreeView, path: string, options: ScpOptions): boolean {
  try {
    const outside = tree.resolve(path);
    const found = fs.statSync(outside);
    if (found.isDirectory()) {
      if (!options.recursive) return warn(wire, `${path}: not a regular file`);
      return giveDirectory(wire, tree, path, found, options);
    }
    if (!found.isFile()) return warn(wire, `${path}: not a regular file`);
    return giveFile(wire, outside, path, found, options);
  } catch (error) {
    return warn(wire, `${path}: ${reason(error)}`);
  }
}

function giveDirectory(wire: Wire, tree: TreeView, path: string, found: fs.Stats, options: ScpOptions): boolean {
  const names = fs.readdirSync(tree.resolve(path));
  if (!giveTimes(wire, found, options)) return false;
  wire.send(Buffer.from(`D${modeOf(found)} 0 ${basename(path)}\n`));
  if (!accepted(wire)) return false;
  let clean = true;
  for (const name of names) clean = give(wire, tree, `${path}/${name}`, options) && clean;
  wire.send(Buffer.from("E\n"));
  return accepted(wire) && clean;
}

function giveFile(wire: Wire, outside: string, path: string, found: fs.Stats, options: ScpOptions): boolean {
  const file = fs.openSync(outside, "r");
  try {
    if (!giveTimes(wire, found, options)) return false;
    wire.send(Buffer.from(`C${modeOf(found)} ${found.size} ${basename(path)}\n`));
    if (!accepted(wire)) return false;
    const buffer = Buffer.alloc(chunk);
    for (let left = found.size; left > 0; ) {
      const read = fs.readSync(file, buffer, 0, Math.min(left, chunk), null);
      // A file that shrank meanwhile is filled up: its size has been promised.
      const length = read === 0 ? Math.min(left, chunk) : read;
      if (read === 0) buffer.fill(0);
      wire.send(buffer.subarray(0, length));
      left -= length;
    }
    wire.send(Buffer.from([0]));
    return accepted(wire);
  } finally {
    fs.closeSync(file);
  }
}

function giveTimes(wire: Wire, found: fs.Stats, options: ScpOptions): boolean {
  if (!options.preserve) return true;
  wire.send(Buffer.from(`T${Math.floor(found.mtimeMs / 1000)} 0 ${Math.floor(found.atimeMs / 1000)} 0\n`));
  return accepted(wire);
}

/** Reads the peer's verdict; false when it refused, or went away. */
function accepted(wire: Wire): boolean {
  const verdict = wire.exactly(1)?.[0];
  if (verdict === 0) return true;
  if (verdict !== undefined) wire.line();
  return false;
}

function warn(wire: Wire, message: string): false {
  wire.send(Buffer.from(`\u0001scp: ${message}\n`));
  return false;
}

function modeOf(found: fs.Stats): string {
  return (found.mode & 0o7777).toString(8).padStart(4, "0");
}
