import { Buffer } from "node:buffer";
import { timingSafeEqual } from "node:crypto";
import { hmacMd5, sealingKey, signingKey } from "./keys.ts";
import { BadNtlmMessage } from "./messages.ts";
import { Rc4 } from "./rc4.ts";

/**
 * Signing and sealing after a login with extended session security. Messages are numbered and the cipher goes on from one to the next, so
 * a session belongs to one connection and its messages keep their order. Source: [MS-NLMP] 3.4.
 */
export class NtlmSession {
  readonly #ours: Side;
  readonly #theirs: Side;

  /** `exchanged`: a session key was exchanged, in which case signatures are sealed, too. */
  constructor(sessionKey: Buffer, we: "client" | "server", exchanged: boolean) {
    const client = new Side(sessionKey, "client-to-server", exchanged);
    const server = new Side(sessionKey, "server-to-client", exchanged);
    [this.#ours, this.#theirs] = we === "client" ? [client, server] : [server, client];
  }

  seal(message: Uint8Array): { readonly signature: Buffer; readonly sealed: Buffer } {
    const sealed = this.#ours.cipher.apply(message);
    return { sealed, signature: this.#ours.sign(message) };
  }

  /** Throws `BadNtlmMessage` where the signature does not fit. */
  unseal(sealed: Uint8Array, signature: Uint8Array): Buffer {
    const message = this.#theirs.cipher.apply(sealed);
    const expected = this.#theirs.sign(message);
    if (signature.length !== 16 || !timingSafeEqual(expected, signature)) {
      throw new BadNtlmMessage("the signature of a sealed message is wrong");
    }
    return message;
  }
}

class Side {
  readonly cipher: Rc4;
  readonly #signingKey: Buffer;
  readonly #exchanged: boolean;
  #number = 0;

  constructor(sessionKey: Buffer, direction: "client-to-server" | "server-to-client", exchanged: boolean) {
    this.cipher = new Rc4(sealingKey(sessionKey, direction));
    this.#signingKey = signingKey(sessionKey, direction);
    this.#exchanged = exchanged;
  }

  sign(message: Uint8Array): Buffer {
    const number = Buffer.alloc(4);
    number.writeUInt32LE(this.#number++ >>> 0);
    const plain = hmacMd5(this.#signingKey, number, message).subarray(0, 8);
    const checksum = this.#exchanged ? this.cipher.apply(plain) : plain;
    return Buffer.concat([Buffer.from([1, 0, 0, 0]), checksum, number]);
  }
}
