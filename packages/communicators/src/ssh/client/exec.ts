import { Buffer } from "node:buffer";
import { constants } from "node:os";
import type { Duplex } from "node:stream";
import type { ExecOptions, OutputChunk } from "@kiln/sdk";
import { type Channel, inside } from "../ssh2-internals.ts";
import type { Link } from "./link.ts";

export type Ended = { readonly exit: number | "disconnected" };

/** A refusal of the server: it gave a channel, and then would not run anything on it. */
export class RequestRefused extends Error {
  static {
    this.prototype.name = "RequestRefused";
  }
}

/** `xterm` with 80 columns and 40 rows that does not echo, as Packer asks for. */
const terminal = {
  term: "xterm",
  columns: 80,
  rows: 40,
  modes: { ECHO: 0, TTY_OP_ISPEED: 14400, TTY_OP_OSPEED: 14400 },
};

/** What a session runs: a command, or a subsystem by its name. */
export type Program = string | { readonly subsystem: string };

/**
 * Asks for a terminal where wanted and for the program, in one go: nothing waits for the answers, and standard input may follow at
 * once. Resolves when the server has agreed; `RequestRefused` otherwise.
 */
export function requestExec(link: Link, channel: Channel, program: Program, pty: boolean): Promise<void> {
  const protocol = inside(link.client)._protocol;
  const id = channel.outgoing.id;
  const agreed = (what: string): Promise<void> =>
    new Promise((resolve, reject) => {
      channel._callbacks.push((failed) => {
        if (failed) reject(new RequestRefused(`the server refused to ${what}`));
        else resolve();
      });
    });
  const waits: Promise<void>[] = [];
  if (pty) {
    waits.push(agreed("allocate a terminal"));
    protocol.pty(id, terminal.rows, terminal.columns, 0, 0, terminal.term, terminal.modes, true);
  }
  if (typeof program === "string") {
    waits.push(agreed("run a command"));
    protocol.exec(id, program, true);
  } else {
    waits.push(agreed(`start ${program.subsystem}`));
    protocol.subsystem(id, program.subsystem, true);
  }
  channel.subtype = "exec";
  // Behind this one, so that the next command's session is there when this one's answer is.
  link.prepare();
  return Promise.all(waits).then(() => {});
}

/**
 * Runs a program to its end. The exit code is a signal's number plus 128 where a signal ended it, and `disconnected` where the server
 * gave none. Rejects with the signal's reason when aborted: the command is told to end and its channel is closed.
 */
export function runCommand(
  link: Link,
  channel: Channel,
  program: Program,
  options: ExecOptions & { readonly pty: boolean },
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    let exit: number | undefined;
    const finish = (end: () => void): void => {
      options.signal.removeEventListener("abort", stop);
      end();
    };
    const stop = (): void => {
      endCommand(link, channel);
      finish(() => reject(options.signal.reason as Error));
    };
    channel.on("exit", (code: number | null, signal?: string) => {
      exit = code ?? signalExit(signal);
    });
    channel.on("error", () => {});
    channel.on("close", () => {
      const all = (): void => finish(() => resolve({ exit: exit ?? "disconnected" }));
      // What a slow taker has not had yet is still in there.
      if (channel.stderr.readableEnded || channel.stderr.destroyed) all();
      else channel.stderr.once("end", all);
    });
    give(channel, "stdout", options);
    give(channel.stderr, "stderr", options);
    requestExec(link, channel, program, options.pty).catch((error: unknown) => {
      channel.close();
      finish(() => (link.open ? reject(error as Error) : resolve({ exit: "disconnected" })));
    });
    if (options.signal.aborted) return stop();
    options.signal.addEventListener("abort", stop);
    if (!options.stdin) return void channel.end();
    feed(channel, options.stdin, options.signal).catch((error: unknown) => {
      endCommand(link, channel);
      finish(() => reject(error as Error));
    });
  });
}

/** Hands on what a stream brings, no faster than it is taken. */
function give(from: Duplex, stream: OutputChunk["stream"], { onOutput, room }: ExecOptions): void {
  from.on("data", (bytes: Buffer) => {
    onOutput?.({ stream, bytes });
    const taken = room?.();
    if (!taken) return;
    from.pause();
    const on = (): void => void from.resume();
    taken.then(on, on);
  });
}

/** Asks the command to end (sessions without a terminal get no hang-up of their own) and closes the channel. */
export function endCommand(link: Link, channel: Channel): void {
  if (!link.open || channel.outgoing.state === "closed" || channel.outgoing.state === "closing") return;
  inside(link.client)._protocol.signal(channel.outgoing.id, "TERM");
  channel.close();
}

/** Writes everything, no faster than the other side takes it; stops quietly where that side has gone. */
export async function feed(to: Channel, from: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
  for await (const bytes of from) {
    signal.throwIfAborted();
    if (!(await put(to, bytes))) return;
  }
  to.end();
}

/** False where the stream has ended instead of taking the bytes. */
export function put(to: Channel, bytes: Uint8Array): Promise<boolean> {
  // A write on a channel that has gone would never be answered.
  if (!to.writable || to.outgoing.state !== "open" || to.incoming.state === "closed") return Promise.resolve(false);
  const chunk = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (to.write(chunk)) return Promise.resolve(true);
  return new Promise((resolve) => {
    const settle = (taken: boolean): void => {
      to.removeListener("drain", drained).removeListener("close", gone);
      resolve(taken);
    };
    const drained = (): void => settle(true);
    const gone = (): void => settle(false);
    to.on("drain", drained).on("close", gone);
  });
}

function signalExit(name: string | undefined): number {
  const numbers: Readonly<Record<string, number>> = constants.signals;
  return 128 + (numbers[name ?? ""] ?? 0);
}
