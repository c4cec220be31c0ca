const prime1 = 0x9e3779b1;
const prime2 = 0x85ebca77;
const prime3 = 0xc2b2ae3d;
const prime4 = 0x27d4eb2f;
const prime5 = 0x165667b1;

function rotate(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}
function round(sum: number, word: number): number {
  return Math.imul(rotate((sum + Math.imul(word, prime2)) | 0, 13), prime1);
}

/** The 32-bit xxHash, seed 0, of bytes that pass by: what LZ4 frames end with. */
export class Xxh32 {
  readonly #sums = Int32Array.of((prime1 + prime2) | 0, prime2 | 0, 0, -prime1 | 0);
  #rest: Buffer = Buffer.alloc(0);
  #size = 0;

  add(bytes: Buffer): void {
    this.#size += bytes.length;
    const all = this.#rest.length > 0 ? Buffer.concat([this.#rest, bytes]) : bytes;
    const whole = all.length - (all.length % 16);
    const view = new DataView(all.buffer, all.byteOffset, all.length);
    let [a = 0, b = 0, c = 0, d = 0] = this.#sums;
    for (let at = 0; at < whole; at += 16) {
      a = round(a, view.getInt32(at, true));
      b = round(b, view.getInt32(at + 4, true));
      c = round(c, view.getInt32(at + 8, true));
      d = round(d, view.getInt32(at + 12, true));
    }
    this.#sums.set([a, b, c, d]);
    this.#rest = Buffer.from(all.subarray(whole));
  }

  digest(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.#sums;
    let sum = this.#size >= 16 ? rotate(a, 1) + rotate(b, 7) + rotate(c, 12) + rotate(d, 18) : prime5;
    sum = (sum + this.#size) | 0;
    let at = 0;
    for (; at + 4 <= this.#rest.length; at += 4) {
      sum = Math.imul(rotate((sum + Math.imul(this.#rest.readInt32LE(at), prime3)) | 0, 17), prime4);
    }
    for (; at < this.#rest.length; at++) {
      sum = Math.imul(rotate((sum + Math.imul(this.#rest[at] ?? 0, prime5)) | 0, 11), prime1);
    }
    sum = Math.imul(sum ^ (sum >>> 15), prime2);
    sum = Math.imul(sum ^ (sum >>> 13), prime3);
    return (sum ^ (sum >>> 16)) >>> 0;
  }
}
