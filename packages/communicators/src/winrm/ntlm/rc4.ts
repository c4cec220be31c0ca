import { Buffer } from "node:buffer";

/** RC4, which Node's crypto no longer has. The state goes on from one call to the next, as NTLM's sealing wants it. */
export class Rc4 {
  readonly #state = new Uint8Array(256);
  #i = 0;
  #j = 0;

  constructor(key: Uint8Array) {
    const state = this.#state;
    for (let i = 0; i < 256; i++) state[i] = i;
    for (let i = 0, j = 0; i < 256; i++) {
      const at = state[i] as number;
      j = (j + at + (key[i % key.length] as number)) & 255;
      state[i] = state[j] as number;
      state[j] = at;
    }
  }

  /** Both directions: the bytes combined with the next of the key stream. */
  apply(bytes: Uint8Array): Buffer {
    const out = Buffer.allocUnsafe(bytes.length);
    const state = this.#state;
    let i = this.#i;
    let j = this.#j;
    for (let n = 0; n < bytes.length; n++) {
      i = (i + 1) & 255;
      const a = state[i] as number;
      j = (j + a) & 255;
      const b = state[j] as number;
      state[i] = b;
      state[j] = a;
      out[n] = (bytes[n] as number) ^ (state[(a + b) & 255] as number);
    }
    this.#i = i;
    this.#j = j;
    return out;
  }
}
