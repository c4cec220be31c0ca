import { Buffer } from "node:buffer";
import { TransferError, type TransferOptions, type UploadOptions } from "@kiln/sdk";
import { InFlight } from "./in-flight.ts";
import { bytesInFlight, type Sftp } from "./sftp-session.ts";

/** One file; the mode is set only where one is given, as in Packer. */
export async function sftpUpload(
  sftp: Sftp,
  source: AsyncIterable<Uint8Array>,
  remotePath: string,
  options: UploadOptions,
): Promise<void> {
  const flight = new InFlight(bytesInFlight / sftp.pieceSize);
  const handle = await sftp.openFile(remotePath, "w", options.mode ?? 0o644);
  try {
    const sent = await writePieces(sftp, flight, handle, source, remotePath, options);
    if (options.size !== undefined && sent !== options.size) {
      throw new TransferError(
        "transfer/local",
        `the source of ${remotePath} has ${sent} bytes instead of ${options.size}`,
      );
    }
    if (options.mode !== undefined) await flight.add(() => sftp.setMode(handle, options.mode ?? 0o644, remotePath));
  } finally {
    await flight.add(() => sftp.close(handle, remotePath));
    await flight.drained();
  }
}

/** Cuts a source into pieces that travel at once; resolves with the bytes when the last is sent, not yet answered. */
export async function writePieces(
  sftp: Sftp,
  flight: InFlight,
  handle: Buffer,
  source: AsyncIterable<Uint8Array>,
  remotePath: string,
  options: TransferOptions,
): Promise<number> {
  let position = 0;
  for await (const bytes of source) {
    options.signal.throwIfAborted();
    for (let from = 0; from < bytes.length; from += sftp.pieceSize) {
      const part = bytes.subarray(from, from + sftp.pieceSize);
      const piece = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      const at = position;
      position += piece.length;
      await flight.add(() => sftp.write(handle, piece, at, remotePath));
    }
    options.onProgress?.(bytes.length);
  }
  return position;
}
