import { execFile } from "node:child_process";
import { closeSync, constants, fchownSync, openSync, unlinkSync } from "node:fs";
import { Socket } from "node:net";
import { promisify } from "node:util";

const run = promisify(execFile);
const batch = 48;

/** One direction of a session's standard streams: `inner` goes to the command, `outer` stays here. */
export interface Pipe {
  readonly inner: number;
  readonly outer: Socket;
}

/** A command's standard streams. */
export interface ThreePipes {
  readonly input: Pipe;
  readonly output: Pipe;
  readonly errors: Pipe;
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

  /** The three pipes of a command that will run as this user, who may open them again by name (`/dev/stderr`). */
  async three(owner: { readonly uid: number; readonly gid: number }): Promise<ThreePipes> {
    while (this.ready.length < 3) await this.fill();
    const [input = "", output = "", errors = ""] = this.ready.splice(-3);
    if (this.ready.length < batch / 4) this.fill().catch(() => undefined);
    const { O_RDONLY, O_WRONLY } = constants;
    return {
      input: open(input, O_RDONLY, O_WRONLY, owner),
      output: open(output, O_WRONLY, O_RDONLY, owner),
      errors: open(errors, O_WRONLY, O_RDONLY, owner),
    };
  }

  private async make(): Promise<void> {
    const paths = Array.from({ length: batch }, () => `${this.folder}/${this.made++}`);
    await run("mkfifo", ["-m", "600", ...paths]);
    this.ready = [...paths, ...this.ready];
  }
}

function open(
  path: string,
  innerMode: number,
  outerMode: number,
  owner: { readonly uid: number; readonly gid: number },
): Pipe {
  // Held open both ways first: opening one end alone would wait for the other.
  const both = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  fchownSync(both, owner.uid, owner.gid);
  const inner = openSync(path, innerMode);
  const outer = openSync(path, outerMode | constants.O_NONBLOCK);
  unlinkSync(path);
  closeSync(both);
  const reads = outerMode === constants.O_RDONLY;
  const socket = new Socket({ fd: outer, readable: reads, writable: !reads });
  // Whoever reads or writes it sees it end; an error tells nothing more.
  socket.on("error", () => undefined);
  return { inner, outer: socket };
}
