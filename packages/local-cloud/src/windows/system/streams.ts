/** What a program writes to. */
export interface Output {
  write(bytes: Uint8Array): void;
}
/** What a program reads from. */
export interface Input {
  /** The next bytes, at least one; undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
}

/** Standard input that someone feeds piece by piece. */
export class FedInput implements Input {
  readonly #pieces: Uint8Array[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  feed(bytes: Uint8Array): void {
    if (bytes.length > 0) this.#pieces.push(bytes);
    this.#wake?.();
  }
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }
  async read(): Promise<Uint8Array | undefined> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece) return piece;
      if (this.#ended) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Standard input that has ended. */
export const noInput: Input = { read: async () => undefined };
export const nowhere: Output = { write: () => undefined };

/** Keeps what is written. */
export class Collected implements Output {
  readonly #pieces: Uint8Array[] = [];
  write(bytes: Uint8Array): void {
    this.#pieces.push(bytes);
  }
  bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

/** Splits input into lines, without their ends. */
export class Lines {
  readonly #input: Input;
  readonly #decode: (bytes: Uint8Array) => string;
  #rest = Buffer.alloc(0);
  #ended = false;
  constructor(input: Input, decode: (bytes: Uint8Array) => string) {
    this.#input = input;
    this.#decode = decode;
  }
  /** The next line; undefined at the end. */
  async next(): Promise<string | undefined> {
    let searched = 0;
    for (;;) {
      const end = this.#rest.indexOf(10, searched);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return this.#decode(line.at(-1) === 13 ? line.subarray(0, -1) : line);
      }
      searched = this.#rest.length;
      const piece = this.#ended ? undefined : await this.#input.read();
      if (piece) {
        this.#rest = Buffer.concat([this.#rest, piece]);
        continue;
      }
      this.#ended = true;
      if (this.#rest.length === 0) return undefined;
      const line = this.#rest;
      this.#rest = Buffer.alloc(0);
      return this.#decode(line);
    }
  }
  /** Everything that is left, as it is. */
  async rest(): Promise<string> {
    for (;;) {
      const piece = this.#ended ? undefined : await this.#input.read();
      if (!piece) break;
      this.#rest = Buffer.concat([this.#rest, piece]);
    }
    this.#ended = true;
    const all = this.#decode(this.#rest);
    this.#rest = Buffer.alloc(0);
    return all;
  }
}
