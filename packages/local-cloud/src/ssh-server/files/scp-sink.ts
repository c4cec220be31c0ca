import * as fs from "node:fs";
import type { TreeView } from "../tree-view.ts";
import type { ScpOptions } from "./scp-options.ts";
import type { Wire } from "./wire.ts";

interface Times {
  readonly accessed: number;
  readonly modified: number;
}

/** Ends the transfer at once, as a broken peer must. */
class ProtocolError extends Error {}

const acknowledged = Buffer.from([0]);

/**
 * `scp -t`: takes files and directories from the peer (the rcp protocol: `C0644 SIZE NAME`, `D0755 0 NAME`, `E`,
 * `Tmtime 0 atime 0`, each answered with a zero byte). Modes pass through the umask unless `-p`, as OpenSSH does.
 * Returns the exit code.
 */
export function scpSink(wire: Wire, tree: TreeView, options: ScpOptions): number {
  const [target = "."] = options.paths;
  const isDirectory = statOf(tree, target)?.isDirectory() ?? false;
  wire.send(acknowledged);
  if (options.directory && !isDirectory) {
    complain(wire, `${target}: Not a directory`);
    return 1;
  }
  try {
    return new Sink(wire, tree, options).receive(target, isDirectory) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    complain(wire, error.message);
    return 1;
  }
}

class Sink {
  private readonly wire: Wire;
  private readonly tree: TreeView;
  private readonly options: ScpOptions;
  private clean = true;

  constructor(wire: Wire, tree: TreeView, options: ScpOptions) {
    this.wire = wire;
    this.tree = tree;
    this.options = options;
  }

  /** Takes entries into `target` until the peer ends or leaves this directory. False when anything failed. */
  receive(target: string, isDirectory: boolean): boolean {
    let times: Times | undefined;
    for (let line = this.wire.line(); line !== undefined; line = this.wire.line()) {
      if (line.startsWith("E")) {
        this.wire.send(acknowledged);
        return this.clean;
      }
      if (line.startsWith("\u0001") || line.startsWith("\u0002")) {
        this.clean = false;
        if (line.startsWith("\u0002")) return false;
      } else if (line.startsWith("T")) {
        times = timesOf(line);
        this.wire.send(acknowledged);
      } else {
        this.entry(line, target, isDirectory, times);
        times = undefined;
      }
    }
    return this.clean;
  }

  private entry(line: string, target: string, isDirectory: boolean, times: Times | undefined): void {
    const match = /^([CD])([0-7]{4,5}) (\d+) (.+)$/s.exec(line);
    if (!match) throw new ProtocolError(`expected control record, got "${line}"`);
    const [, kind, octal = "", size, name = ""] = match;
    if (name === "." || name === ".." || name.includes("/")) throw new ProtocolError(`unexpected filename: ${name}`);
    const path = isDirectory ? `${target}/${name}` : target;
    const mode = Number.parseInt(octal, 8);
    if (kind === "D") this.folder(path, mode, times);
    else this.file(path, mode, Number(size), times);
  }

  private folder(path: string, mode: number, times: Times | undefined): void {
    if (!this.options.recursive) throw new ProtocolError("received directory without -r");
    const found = statOf(this.tree, path);
    const outside = this.tree.resolve(path);
    if (found && !found.isDirectory()) throw new ProtocolError(`${path}: Not a directory`);
    try {
      // Writable while it fills; its own mode comes after.
      if (!found) fs.mkdirSync(outside, mode | 0o700);
    } catch (error) {
      throw new ProtocolError(`${path}: ${reason(error)}`);
    }
    this.wire.send(acknowledged);
    this.receive(path, true);
    if (times) fs.utimesSync(outside, times.accessed, times.modified);
    if (this.options.preserve) fs.chmodSync(outside, mode);
  }

  private file(path: string, mode: number, size: number, times: Times | undefined): void {
    const opened = this.openFor(path, mode);
    this.wire.send(acknowledged);
    let trouble = typeof opened === "string" ? opened : undefined;
    for (let left = size; left > 0; ) {
      const some = this.wire.some(left);
      if (!some) throw new ProtocolError("lost connection");
      left -= some.length;
      if (typeof opened === "number" && !trouble) trouble = write(opened, some);
    }
    if (typeof opened === "number") {
      // The old content may have been longer; a device or a pipe has no length.
      if (!trouble && fs.fstatSync(opened).isFile()) fs.ftruncateSync(opened, size);
      if (this.options.preserve) fs.fchmodSync(opened, mode);
      if (times) fs.futimesSync(opened, times.accessed, times.modified);
      fs.closeSync(opened);
    }
    this.wire.exactly(1); // the peer's own verdict on its reading
    if (trouble) {
      this.clean = false;
      complain(this.wire, `${path}: ${trouble}`);
    } else this.wire.send(acknowledged);
  }

  private openFor(path: string, mode: number): number | string {
    try {
      const c = fs.constants;
      return fs.openSync(this.tree.resolve(path), c.O_WRONLY | c.O_CREAT, mode | 0o200);
    } catch (error) {
      return reason(error);
    }
  }
}

function write(file: number, data: Buffer): string | undefined {
  try {
    for (let at = 0; at < data.length; ) at += fs.writeSync(file, data, at);
    return undefined;
  } catch (error) {
    return reason(error);
  }
}

function timesOf(line: string): Times {
  const match = /^T(\d+) \d+ (\d+) \d+$/.exec(line);
  if (!match) throw new ProtocolError(`mtime.sec not delimited in "${line}"`);
  return { modified: Number(match[1]), accessed: Number(match[2]) };
}

function statOf(tree: TreeView, path: string): fs.Stats | undefined {
  try {
    return fs.statSync(tree.resolve(path), { throwIfNoEntry: false });
  } catch {
    // Not to be looked at; opening it will say why.
    return undefined;
  }
}

function complain(wire: Wire, message: string): void {
  wire.send(Buffer.from(`\u0001scp: ${message}\n`));
}

/** The system's words for an error, as `strerror` has them where people know them by heart. */
export function reason(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const words: Readonly<Record<string, string>> = {
    EACCES: "Permission denied",
    EISDIR: "Is a directory",
    ENOENT: "No such file or directory",
    ENOSPC: "No space left on device",
    ENOTDIR: "Not a directory",
    EROFS: "Read-only file system",
  };
  return words[code] ?? (error instanceof Error ? error.message : String(error));
}
