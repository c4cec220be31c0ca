import { Buffer } from "node:buffer";
import { TransferError, type TransferOptions } from "@kiln/sdk";
import { endCommand, put, requestExec } from "../client/exec.ts";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";
import { ByteReader } from "./byte-reader.ts";
import { missingWords, ScpMissing, scpIsMissing } from "./scp-peer.ts";

/** What `scp -f` sends, in order. The bytes of a file must be taken before the next record is asked for. */
export type ScpRecord =
  | {
      readonly is: "file";
      readonly name: string;
      readonly mode: number;
      readonly size: number;
      bytes(): AsyncIterable<Buffer>;
    }
  | { readonly is: "directory"; readonly name: string; readonly mode: number }
  | { readonly is: "up" };

/** Answers given in advance, so that the sender never waits for one. A file takes two, every other record one. */
const inAdvance = 8192;

/**
 * Reads from `scp -f`. Errors of the far side are collected, and thrown together at the end; `ScpMissing` where there is no scp.
 */
export async function* scpRecords(
  link: Link,
  channel: Channel,
  command: string,
  options: TransferOptions,
): AsyncGenerator<ScpRecord> {
  const errors: string[] = [];
  let notes = "";
  let exit: number | undefined;
  let closed = false;
  const stop = (): void => {
    endCommand(link, channel);
    channel.push(null); // wakes whoever waits for the next byte
  };
  options.signal.addEventListener("abort", stop);
  channel.stderr.on("data", (bytes: Buffer) => {
    if (notes.length < 8192) notes += bytes.toString("utf8");
  });
  channel.on("exit", (code: number | null) => {
    exit = code ?? 255;
  });
  channel.on("error", () => {});
  const ended = new Promise<void>((resolve) => {
    channel.on("close", () => {
      closed = true;
      resolve();
    });
  });
  const reader = new ByteReader(channel);
  let answers = 0;
  const answer = async (): Promise<void> => {
    if (answers-- > inAdvance / 2) return;
    answers += inAdvance / 2;
    await put(channel, Buffer.alloc(inAdvance / 2));
  };
  try {
    const agreed = requestExec(link, channel, command, false);
    agreed.catch(() => channel.close());
    await put(channel, Buffer.alloc(inAdvance));
    answers = inAdvance;
    await agreed.catch((error: unknown) => {
      throw link.open ? new TransferError("transfer/refused", (error as Error).message, error) : lost();
    });
    for (;;) {
      const kind = await reader.byte();
      options.signal.throwIfAborted();
      if (kind === undefined) break;
      if (kind === 0) continue; // the far side's verdict on a file: well
      const line = await reader.line();
      if (kind === 1 || kind === 2) {
        errors.push(line.replace(/^scp: /, ""));
        continue;
      }
      if (kind === letters.E) yield { is: "up" };
      else if (kind !== letters.T) yield record(kind, line, reader, options);
      await answer();
      if (kind === letters.C) await answer();
    }
    channel.end();
    await ended;
    options.signal.throwIfAborted();
    if (errors.length > 0) throw new TransferError("transfer/refused", errors.join("\n"));
    if (scpIsMissing(exit, notes)) throw new ScpMissing(missingWords);
    if (exit === undefined) throw lost();
    if (exit !== 0) {
      throw new TransferError(
        "transfer/refused",
        notes.trim() === "" ? `scp ended with exit code ${exit}` : notes.trim(),
      );
    }
  } finally {
    options.signal.removeEventListener("abort", stop);
    if (!closed) endCommand(link, channel);
    channel.resume();
  }
}

const letters = { C: 67, D: 68, E: 69, T: 84 };

function lost(): TransferError {
  return new TransferError("transfer/disconnected", "the connection was lost during the transfer");
}

function record(kind: number, line: string, reader: ByteReader, options: TransferOptions): ScpRecord {
  const parts = /^(\d{4,}) (\d+) (.*)$/s.exec(line);
  const [, mode = "", size = "", name = ""] = parts ?? [];
  if (!parts || (kind !== letters.C && kind !== letters.D)) {
    const text = String.fromCharCode(kind) + line;
    throw new TransferError(
      "transfer/refused",
      `scp sent ${JSON.stringify(text.slice(0, 200))} instead of a file; if the machine's shell prints that when it starts, ` +
        'make its start-up files silent, or set ssh_file_transfer_method to "sftp"',
    );
  }
  // A hostile machine must not choose where its files go.
  if (name === "" || name === "." || name === ".." || /[/\0]/.test(name)) {
    throw new TransferError("transfer/refused", `scp sent a file with the name ${JSON.stringify(name)}`);
  }
  if (kind === letters.D) return { is: "directory", name, mode: Number.parseInt(mode, 8) };
  return {
    is: "file",
    name,
    mode: Number.parseInt(mode, 8),
    size: Number(size),
    bytes: () => bytes(reader, Number(size), options),
  };
}

async function* bytes(reader: ByteReader, size: number, options: TransferOptions): AsyncGenerator<Buffer> {
  const pieces = reader.take(size);
  for (;;) {
    const next = await pieces.next();
    options.signal.throwIfAborted();
    if (next.done) {
      if (next.value > 0) throw lost();
      return;
    }
    options.onProgress?.(next.value.length);
    yield next.value;
  }
}
