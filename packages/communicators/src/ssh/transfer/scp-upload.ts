import { Buffer } from "node:buffer";
import { TransferError, type UploadOptions } from "@kiln/sdk";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";
import { isSendableName, splitRemote } from "./paths.ts";
import { remoteWord } from "./quote.ts";
import { ScpSink } from "./scp-peer.ts";

/**
 * One file with `scp -t DIRECTORY`. The file's bytes follow once its header is accepted: they must not be taken for records where it was
 * not. Two round trips in all.
 */
export async function scpUpload(
  link: Link,
  channel: Channel,
  source: AsyncIterable<Uint8Array>,
  size: number,
  remotePath: string,
  options: UploadOptions,
): Promise<void> {
  const { directory, name } = splitRemote(remotePath);
  if (!isSendableName(name)) throw new TransferError("transfer/refused", `"${remotePath}" names no file`);
  const sink = new ScpSink(link, channel, `scp -t ${remoteWord(directory)}`, options.signal);
  try {
    await sink.record(`C${octal(options.mode ?? 0o644)} ${size} ${name}\n`);
    await sink.settled();
    let left = size;
    for await (const bytes of source) {
      options.signal.throwIfAborted();
      if (bytes.length > left)
        throw new TransferError("transfer/local", `the source of ${remotePath} is longer than its ${size} bytes`);
      left -= bytes.length;
      await sink.data(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
      options.onProgress?.(bytes.length);
    }
    if (left > 0) throw new TransferError("transfer/local", `the source of ${remotePath} ended ${left} bytes early`);
    await sink.verdict();
    await sink.finish();
  } finally {
    sink.abandon();
  }
}

/** Permission bits as four digits. */
export function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, "0");
}
