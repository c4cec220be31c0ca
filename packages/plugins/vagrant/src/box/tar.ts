import { StepError } from "@kiln/sdk";
import type { BoxEntry } from "./provider.ts";

const blockSize = 512;
/** From here on the size does not fit into octal digits. */
const largestOctal = 8 ** 11 - 1;

/** The entries as a tar archive (POSIX ustar with GNU's extensions for long names and large files). */
export async function* tarred(
  entries: readonly BoxEntry[],
  modified: Date,
  onEntry: (entry: BoxEntry) => void,
): AsyncGenerator<Uint8Array> {
  const seconds = Math.floor(modified.getTime() / 1000);
  for (const entry of entries) {
    onEntry(entry);
    const name = Buffer.from(entry.name, "utf8");
    if (name.length > 100) {
      const whole = Buffer.concat([name, Buffer.alloc(1)]);
      yield header(Buffer.from("././@LongLink"), whole.length, seconds, "L");
      yield padded(whole);
    }
    yield header(name.subarray(0, 100), entry.size, seconds, "0");
    let sent = 0;
    for await (const piece of entry.read()) {
      sent += piece.length;
      if (sent > entry.size) break;
      yield piece;
    }
    if (sent !== entry.size)
      throw new StepError(
        `${entry.name} changed while it was put into the box: it had ${entry.size} bytes, then ${sent}`,
        {
          code: "vagrant/changed",
        },
      );
    yield new Uint8Array((blockSize - (entry.size % blockSize)) % blockSize);
  }
  yield new Uint8Array(2 * blockSize);
}

function padded(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(Math.ceil(bytes.length / blockSize) * blockSize);
  out.set(bytes);
  return out;
}

function header(name: Uint8Array, size: number, seconds: number, type: string): Uint8Array {
  const block = Buffer.alloc(blockSize);
  block.set(name, 0);
  block.write("0000644\0", 100);
  block.write("0000000\0", 108);
  block.write("0000000\0", 116);
  if (size <= largestOctal) block.write(`${size.toString(8).padStart(11, "0")}\0`, 124);
  else {
    block[124] = 0x80;
    block.writeUInt32BE(Math.floor(size / 2 ** 32), 128);
    block.writeUInt32BE(size % 2 ** 32, 132);
  }
  block.write(`${seconds.toString(8).padStart(11, "0")}\0`, 136);
  block.write("        ", 148);
  block.write(type, 156);
  block.write("ustar  \0", 257);
  block.write("root", 265);
  block.write("root", 297);
  const sum = block.reduce((n, byte) => n + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}
