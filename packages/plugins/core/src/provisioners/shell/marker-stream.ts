/**
 * Takes messages from our own program out of a stream that also carries the script's output. A message is `TOKEN:text;`, where the
 * token is random: no script can say it by chance. Everything else passes unchanged, at once but for a tail that may begin a token.
 */
export class MarkerStream {
  readonly #token: Buffer;
  readonly #onText: (bytes: Uint8Array) => void;
  readonly #onMessage: (message: string) => void;
  #held: Buffer = Buffer.alloc(0);

  constructor(token: string, onText: (bytes: Uint8Array) => void, onMessage: (message: string) => void) {
    this.#token = Buffer.from(`${token}:`);
    this.#onText = onText;
    this.#onMessage = onMessage;
  }

  push(bytes: Uint8Array): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, bytes]) : Buffer.from(bytes);
    for (;;) {
      const at = rest.indexOf(this.#token);
      const end = at < 0 ? -1 : rest.indexOf(";", at + this.#token.length);
      if (end < 0) {
        this.#hold(rest, at < 0 ? rest.length - this.#partial(rest) : at);
        return;
      }
      this.#pass(rest.subarray(0, at));
      this.#onMessage(rest.toString("latin1", at + this.#token.length, end));
      rest = rest.subarray(end + 1);
    }
  }

  end(): void {
    this.#pass(this.#held);
    this.#held = Buffer.alloc(0);
  }

  #hold(rest: Buffer, from: number): void {
    this.#pass(rest.subarray(0, from));
    this.#held = rest.subarray(from);
  }

  #pass(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#onText(bytes);
  }

  /** How many of the last bytes could be the start of a token. */
  #partial(bytes: Buffer): number {
    for (let n = Math.min(bytes.length, this.#token.length - 1); n > 0; n--) {
      if (bytes.subarray(bytes.length - n).equals(this.#token.subarray(0, n))) return n;
    }
    return 0;
  }
}
