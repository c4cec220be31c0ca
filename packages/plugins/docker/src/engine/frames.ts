import type { OutputChunk } from "@kiln/sdk";

/**
 * Takes apart what a command without a terminal says: frames of an eight-byte head (stream, three zeros, length) and their bytes. Pieces
 * are handed on as they come. Source: Docker Engine API, "Attach to a container".
 */
export class Frames {
  readonly #onOutput: (chunk: OutputChunk) => void;
  #head: Uint8Array = new Uint8Array();
  #stream: OutputChunk["stream"] = "stdout";
  #left = 0;

  constructor(onOutput: (chunk: OutputChunk) => void) {
    this.#onOutput = onOutput;
  }

  push(bytes: Uint8Array): void {
    let rest = bytes;
    while (rest.length > 0) {
      if (this.#left > 0) {
        const piece = rest.subarray(0, this.#left);
        this.#left -= piece.length;
        rest = rest.subarray(piece.length);
        this.#onOutput({ stream: this.#stream, bytes: piece });
        continue;
      }
      const missing = 8 - this.#head.length;
      this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)]);
      rest = rest.subarray(missing);
      if (this.#head.length < 8) return;
      this.#stream = this.#head[0] === 2 ? "stderr" : "stdout";
      this.#left = new DataView(this.#head.buffer, this.#head.byteOffset).getUint32(4);
      this.#head = new Uint8Array();
    }
  }
}
