import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { deflateRawSync } from "node:zlib";
import { TransferError } from "@kiln/sdk";

/** Bytes of a file per line. Less than half a message, so that short lines do not leave messages half empty. */
const perLine = 64 * 1024;

const encode = (text: string): string => Buffer.from(text).toString("base64");

export function directoryLine(path: string): Buffer {
  return Buffer.from(`d ${encode(path)}\r\n`);
}

/**
 * The lines of one file for `receiveScript`: deflated where that is worth it. Throws `TransferError` where the source has not as many bytes
 * as `size` says, before the line that would put the file in its place.
 */
export async function* fileLines(
  path: string,
  source: AsyncIterable<Uint8Array>,
  options: {
    readonly size?: number;
    readonly onProgress?: (bytes: number) => void;
    /** Bytes per line, where a line must be shorter than usual. */
    readonly lineBytes?: number;
  },
): AsyncGenerator<Buffer> {
  const limit = options.lineBytes ?? perLine;
  const hash = createHash("sha1");
  let total = 0;
  yield Buffer.from(`f ${encode(path)}\r\n`);
  for await (const bytes of source) {
    hash.update(bytes);
    total += bytes.length;
    if (options.size !== undefined && total > options.size) break;
    for (let at = 0; at < bytes.length; at += limit) yield dataLine(bytes.subarray(at, at + limit));
    options.onProgress?.(bytes.length);
  }
  if (options.size !== undefined && total !== options.size) {
    const found = total > options.size ? "more" : `only ${total}`;
    throw new TransferError("transfer/local", `the source was to have ${options.size} bytes and has ${found}`);
  }
  yield Buffer.from(`c ${hash.digest("hex").toUpperCase()}\r\n`);
}

function dataLine(bytes: Uint8Array): Buffer {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // The fastest level finds most of what there is to find; what is packed already shows it in its first part.
  const packed = raw.length < 64 ? raw : deflateRawSync(raw, { level: 1 });
  const worth = packed.length < raw.length * 0.9;
  return Buffer.from(`${worth ? "z" : "r"} ${(worth ? packed : raw).toString("base64")}\r\n`);
}

/** What `sendScript` writes, line by line. */
export type Record =
  | { readonly is: "file"; readonly path: string; readonly size: number }
  | { readonly is: "bytes"; readonly bytes: Buffer }
  | { readonly is: "end"; readonly sha1: string }
  | { readonly is: "directory"; readonly path: string }
  | { readonly is: "ok"; readonly value: string }
  | { readonly is: "error"; readonly message: string };

/** Undefined for a line that is none of the script's. */
export function readLine(line: string): Record | undefined {
  const [letter, first = "", second = ""] = line.split(" ");
  const text = (base64: string): string => Buffer.from(base64, "base64").toString("utf8");
  switch (letter) {
    case "f":
      return { is: "file", path: text(first), size: Number(second) };
    case "r":
      return { is: "bytes", bytes: Buffer.from(first, "base64") };
    case "c":
      return { is: "end", sha1: first.toLowerCase() };
    case "d":
      return { is: "directory", path: text(first) };
    case "kiln-ok":
      return { is: "ok", value: first };
    case "kiln-error":
      return { is: "error", message: text(first) };
    default:
      return undefined;
  }
}

/** Cuts a byte stream of ASCII lines. Lines of other programs come out as they are. */
export class Lines {
  #held: Buffer[] = [];

  *write(bytes: Uint8Array): Generator<string> {
    let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = rest.indexOf(10); at >= 0; at = rest.indexOf(10)) {
      this.#held.push(rest.subarray(0, at));
      rest = rest.subarray(at + 1);
      yield this.end();
    }
    if (rest.length > 0) this.#held.push(Buffer.from(rest));
  }

  end(): string {
    const line = Buffer.concat(this.#held)
      .toString("utf8")
      .replace(/^\uFEFF/, "")
      .trimEnd();
    this.#held = [];
    return line;
  }
}
