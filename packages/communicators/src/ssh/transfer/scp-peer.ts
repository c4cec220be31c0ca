import { Buffer } from "node:buffer";
import { TransferError } from "@kiln/sdk";
import { endCommand, put, requestExec } from "../client/exec.ts";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";

/** The machine has no scp: its shell answered 127, or Windows' shell 1 with its own words. */
export class ScpMissing extends Error {
  static {
    this.prototype.name = "ScpMissing";
  }
}

/** Small records are gathered into writes of this size. */
const gather = 256 * 1024;
const longestNote = 8 * 1024;

/**
 * The remote half of `scp -t`: takes records, answers each with one byte. Answers are counted here and not waited for one by one; errors
 * are collected with the words of the other side.
 */
export class ScpSink {
  readonly #link: Link;
  readonly #channel: Channel;
  readonly #signal: AbortSignal;
  readonly #stop: () => void;
  readonly errors: string[] = [];
  #waiting: (() => void)[] = [];
  #line: number[] | undefined;
  #notes = "";
  #noise = "";
  #answers = 0;
  #sent = 1; // the sink greets with one
  #exit: number | undefined;
  #ended = false;
  #refused: Error | undefined;
  #batch: Buffer[] = [];
  #batched = 0;

  constructor(link: Link, channel: Channel, command: string, signal: AbortSignal) {
    this.#link = link;
    this.#channel = channel;
    this.#signal = signal;
    this.#stop = () => endCommand(link, channel);
    signal.addEventListener("abort", this.#stop);
    channel.on("data", (bytes: Buffer) => this.#read(bytes));
    channel.stderr.on("data", (bytes: Buffer) => {
      if (this.#notes.length < longestNote) this.#notes += bytes.toString("utf8");
    });
    channel.on("exit", (code: number | null) => {
      this.#exit = code ?? 255;
    });
    channel.on("error", () => {});
    channel.on("close", () => {
      this.#ended = true;
      this.#wake();
    });
    requestExec(link, channel, command, false).catch((error: unknown) => {
      this.#refused = error as Error;
      this.#ended = true;
      channel.close();
      this.#wake();
    });
    if (signal.aborted) this.#stop();
  }

  /** Sends a record that will be answered. */
  async record(text: string): Promise<void> {
    this.#sent++;
    await this.data(Buffer.from(text));
  }

  /** Sends bytes as they are; gathered until `flush`, `settled` or enough of them. */
  async data(bytes: Buffer): Promise<void> {
    this.#batch.push(bytes);
    this.#batched += bytes.length;
    if (this.#batched >= gather) await this.flush();
  }

  /** What follows the bytes of a file: the sender's own verdict, which is answered as well. */
  async verdict(problem?: string): Promise<void> {
    await this.record(problem === undefined ? "\0" : `\x01${problem.replaceAll("\n", " ")}\n`);
  }

  async flush(): Promise<void> {
    const batch = this.#batch.length === 1 ? this.#batch[0] : Buffer.concat(this.#batch);
    this.#batch = [];
    this.#batched = 0;
    if (!batch || batch.length === 0) return;
    if (!(await put(this.#channel, batch))) await this.#closed();
    this.#check();
  }

  /** Waits until everything sent is answered; rejects with all errors at once where there are any. */
  async settled(): Promise<void> {
    await this.flush();
    while (this.#answers < this.#sent && !this.#ended) await this.#change();
    this.#check();
    if (this.errors.length > 0) throw this.#failure();
    if (this.#answers < this.#sent) throw this.#failure();
  }

  /** Says that nothing more will come and waits for the sink's own exit. */
  async finish(): Promise<void> {
    await this.flush();
    this.#channel.end();
    await this.#closed();
    this.#signal.removeEventListener("abort", this.#stop);
    this.#check();
    if (this.#exit !== 0 || this.errors.length > 0 || this.#answers < this.#sent) throw this.#failure();
  }

  /** Ends it half-way; for use in `finally`, harmless after `finish`. */
  abandon(): void {
    this.#signal.removeEventListener("abort", this.#stop);
    endCommand(this.#link, this.#channel);
  }

  #check(): void {
    this.#signal.throwIfAborted();
    if (this.#refused && this.#link.open)
      throw new TransferError("transfer/refused", this.#refused.message, this.#refused);
    if (this.#ended && this.#answers < this.#sent) throw this.#failure();
  }

  #failure(): Error {
    const { errors } = this;
    // Behind a refused record the far side also complains about the next one.
    const own = errors.filter((text) => !text.startsWith("protocol error"));
    if (errors.length > 0) return new TransferError("transfer/refused", (own.length > 0 ? own : errors).join("\n"));
    const notes = this.#notes.trim();
    if (scpIsMissing(this.#exit, notes)) return new ScpMissing(missingWords);
    if (this.#noise !== "") {
      return new TransferError(
        "transfer/refused",
        `the machine's shell prints ${JSON.stringify(this.#noise.trim().slice(0, 200))} when it starts, which disturbs scp; ` +
          'make its start-up files silent, or set ssh_file_transfer_method to "sftp"',
      );
    }
    if (this.#exit === undefined)
      return new TransferError("transfer/disconnected", "the connection was lost during the transfer");
    return new TransferError("transfer/refused", notes === "" ? `scp ended with exit code ${this.#exit}` : notes);
  }

  #read(bytes: Buffer): void {
    for (const byte of bytes) {
      if (this.#line) {
        if (byte !== 10) this.#line.push(byte);
        else this.#error(Buffer.from(this.#line).toString("utf8"));
      } else if (byte === 0) this.#answers++;
      else if (byte === 1 || byte === 2) this.#line = [];
      else if (this.#noise.length < longestNote) this.#noise += String.fromCharCode(byte);
    }
    this.#wake();
  }

  #error(text: string): void {
    this.#line = undefined;
    this.#answers++;
    this.errors.push(text.replace(/^scp: /, ""));
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
  async #closed(): Promise<void> {
    while (!this.#ended) await this.#change();
  }
}

export const missingWords =
  "SCP failed to start. This usually means that SCP is not properly installed on the remote system.";

export function scpIsMissing(exit: number | undefined, notes: string): boolean {
  return exit === 127 || (exit === 1 && /is not recognized as/.test(notes));
}
