import type { Duplex, Host } from "@kiln/sdk";

/** A connection whose other end has said everything already. */
export class FakeSocket implements Duplex {
  readonly input: AsyncIterable<Uint8Array>;
  readonly #sent: number[] = [];
  disposed = false;

  constructor(pieces: readonly (readonly number[])[]) {
    this.input = (async function* () {
      for (const piece of pieces) yield Uint8Array.from(piece);
    })();
  }
  async write(bytes: Uint8Array): Promise<void> {
    this.#sent.push(...bytes);
  }
  end(): void {}
  sent(): readonly number[] {
    return this.#sent;
  }
  sentText(): string {
    return String.fromCharCode(...this.#sent);
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed = true;
  }
}

export function hostConnectedTo(socket: Duplex): Pick<Host, "net"> {
  return { net: { connect: async () => socket } as unknown as Host["net"] };
}
