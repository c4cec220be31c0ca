import type { Buffer } from "node:buffer";
import { TransferError, type TransferOptions, type UploadOptions } from "@kiln/sdk";
import { requestExec, runCommand } from "../client/exec.ts";
import type { Link } from "../client/link.ts";
import type { Channel } from "../ssh2-internals.ts";
import { remoteWord } from "./quote.ts";
import { octal } from "./scp-upload.ts";

/** Writes one file with nothing but a shell and `cat`. */
export async function catUpload(
  link: Link,
  channel: Channel,
  source: AsyncIterable<Uint8Array>,
  remotePath: string,
  options: UploadOptions,
): Promise<void> {
  const word = remoteWord(remotePath);
  const told: string[] = [];
  let sent = 0;
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const bytes of source) {
      sent += bytes.length;
      yield bytes;
      options.onProgress?.(bytes.length);
    }
  };
  const { exit } = await runCommand(link, channel, `cat > ${word} && chmod ${octal(options.mode ?? 0o644)} ${word}`, {
    signal: options.signal,
    pty: false,
    stdin: counted(),
    onOutput: ({ bytes }) => void told.push(new TextDecoder().decode(bytes)),
  });
  if (exit === "disconnected") throw lost();
  if (exit !== 0)
    throw new TransferError("transfer/refused", told.join("").trim() || `cat ended with exit code ${exit}`);
  if (options.size !== undefined && sent !== options.size) {
    throw new TransferError(
      "transfer/local",
      `the source of ${remotePath} has ${sent} bytes instead of ${options.size}`,
    );
  }
}

export async function* catDownload(
  link: Link,
  channel: Channel,
  remotePath: string,
  options: TransferOptions,
): AsyncGenerator<Buffer> {
  let told = "";
  let exit: number | undefined;
  const stop = (): void => {
    channel.close();
    channel.push(null);
  };
  options.signal.addEventListener("abort", stop);
  channel.on("error", () => {});
  channel.stderr.on("data", (bytes: Buffer) => (told += bytes.toString("utf8")));
  channel.on("exit", (code: number | null) => {
    exit = code ?? 255;
  });
  const closed = new Promise<void>((resolve) => channel.on("close", () => resolve()));
  try {
    await requestExec(link, channel, `cat ${remoteWord(remotePath)}`, false).catch(() => {
      throw lost();
    });
    channel.end();
    for await (const bytes of channel as AsyncIterable<Buffer>) {
      options.signal.throwIfAborted();
      yield bytes;
      options.onProgress?.(bytes.length);
    }
    await closed;
    options.signal.throwIfAborted();
    if (exit === undefined) throw lost();
    if (exit !== 0) throw new TransferError("transfer/refused", told.trim() || `cat ended with exit code ${exit}`);
  } finally {
    options.signal.removeEventListener("abort", stop);
    channel.close();
  }
}

function lost(): TransferError {
  return new TransferError("transfer/disconnected", "the connection was lost during the transfer");
}
