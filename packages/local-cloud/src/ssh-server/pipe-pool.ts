import { execFile } from "node:child_process";
import { closeSync, constants, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);
const batch = 48;

/** One direction of a session's standard streams: `inner` goes to the command, `outer` stays here. */
export interface Pipe {
  readonly inner: number;
  readonly outer: Socket;
}

/**
 * Real pipes for the commands of sessions. Node gives children socket pairs, which cannot be opened again by name, so that
 * `tee /dev/stderr` or `cat >/dev/stdout` would fail as they never do under sshd. A named pipe that is unlinked once it
 * is open is a pipe like any other; they are made in batches, because making one takes a process.
 */
export class PipePool {
  private readonly folder: string;
  private ready: string[] = [];
  private made = 0;
  private filling: Promise<void> | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes pipes ahead of need. Call once at start; later the pool fills itself. */
  fill(): Promise<void> {
    this.filling ??= this.make().finally(() => {
      this.filling = undefined;
    });
    return this.filling;
  }

  /** A pipe into the command: `outer` is writable. */
  async toCommand(): Promise<Pipe> {
    return this.open(await this.take(), constants.O_RDONLY, constants.O_WRONLY);
  }

  /** A pipe out of the command: `outer` is readable. */
  async fromCommand(): Promise<Pipe> {
    return this.open(await this.take(), constants.O_WRONLY, constants.O_RDONLY);
  }

  private async take(): Promise<string> {
    while (this.ready.length === 0) await this.fill();
    const path = this.ready.pop() as string;
    if (this.ready.length < batch / 4) this.fill().catch(() => undefined);
    return path;
  }

  private async make(): Promise<void> {
    const paths = Array.from({ length: batch }, () => `${this.folder}/${this.made++}`);
    await run("mkfifo", ["-m", "600", ...paths]);
    this.ready = [...paths, ...this.ready];
  }

  private open(path: string, innerMode: number, outerMode: number): Pipe {
    // Held open both ways first: opening one end alone would wait for the other.
    const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
    const inner = openSync(path, innerMode);
    const outer = openSync(path, outerMode | constants.O_NONBLOCK);
    unlinkSync(path);
    closeSync(both);
    const reads = outerMode === constants.O_RDONLY;
    return { inner, outer: new Socket({ fd: outer, readable: reads, writable: !reads }) };
  }
}
