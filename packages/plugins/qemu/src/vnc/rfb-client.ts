import { type Duplex, type Host, messageOf, StepError } from "@kiln/sdk";
import { abortable } from "../qmp/qmp.ts";
import { ByteQueue } from "./byte-queue.ts";
import { answerChallenge } from "./challenge.ts";

const none = 1;
const vncPassword = 2;

/** A viewer that never looks: it shakes hands (RFB 3.3 to 3.8, no authentication or a password) and sends keys. */
export class RfbClient implements AsyncDisposable {
  readonly #socket: Duplex;
  readonly #drained: Promise<void>;

  private constructor(socket: Duplex, bytes: ByteQueue) {
    this.#socket = socket;
    this.#drained = bytes.drain().catch(() => {});
  }

  /** Rejects with a StepError that says which part of the handshake failed. */
  static async connect(
    host: Pick<Host, "net">,
    to: { readonly host: string; readonly port: number },
    password: string | undefined,
    signal: AbortSignal,
  ): Promise<RfbClient> {
    try {
      const socket = await host.net.connect(to, signal);
      try {
        const bytes = new ByteQueue(socket.input);
        await abortable(handshake(socket, bytes, password), signal);
        return new RfbClient(socket, bytes);
      } catch (error) {
        await socket[Symbol.asyncDispose]();
        throw error;
      }
    } catch (error) {
      signal.throwIfAborted();
      throw new StepError(`Error connecting to VNC: ${messageOf(error)}`, { code: "qemu/vnc", cause: error });
    }
  }

  /** One key event. */
  async key(keysym: number, down: boolean): Promise<void> {
    const message = new Uint8Array(8);
    message[0] = 4;
    message[1] = down ? 1 : 0;
    new DataView(message.buffer).setUint32(4, keysym);
    await this.#socket.write(message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket[Symbol.asyncDispose]();
    await this.#drained;
  }
}

async function handshake(socket: Duplex, bytes: ByteQueue, password: string | undefined): Promise<void> {
  const version = text(await bytes.take(12));
  const minor = Number(/^RFB 003\.(\d{3})\n$/.exec(version)?.[1]);
  if (Number.isNaN(minor)) throw new Error(`the server does not speak RFB: ${JSON.stringify(version)}`);
  await socket.write(
    new TextEncoder().encode(minor >= 8 ? "RFB 003.008\n" : minor === 7 ? "RFB 003.007\n" : "RFB 003.003\n"),
  );
  const type = minor >= 7 ? await choose(socket, bytes) : uint32(await bytes.take(4));
  if (type === 0) throw new Error(`the server refused: ${await reason(bytes)}`);
  if (type === vncPassword) {
    if (password === undefined) throw new Error("the server wants a password: set vnc_password");
    await socket.write(answerChallenge(await bytes.take(16), password));
  } else if (type !== none) throw new Error(`the server wants security type ${type}, which Kiln does not have`);
  if (type === vncPassword || minor >= 8) {
    const result = uint32(await bytes.take(4));
    if (result !== 0) throw new Error(`the server refused the login${minor >= 8 ? `: ${await reason(bytes)}` : ""}`);
  }
  // Others may watch at the same time.
  await socket.write(new Uint8Array([1]));
  const screen = await bytes.take(24);
  await bytes.take(uint32(screen.subarray(20)));
}

async function choose(socket: Duplex, bytes: ByteQueue): Promise<number> {
  const [count = 0] = await bytes.take(1);
  if (count === 0) throw new Error(`the server refused: ${await reason(bytes)}`);
  const offered = await bytes.take(count);
  const chosen = offered.includes(none) ? none : offered.includes(vncPassword) ? vncPassword : undefined;
  if (chosen === undefined)
    throw new Error(`the server wants security type ${[...offered].join(" or ")}, which Kiln does not have`);
  await socket.write(new Uint8Array([chosen]));
  return chosen;
}

async function reason(bytes: ByteQueue): Promise<string> {
  return text(await bytes.take(uint32(await bytes.take(4))));
}
function text(bytes: Uint8Array): string {
  return new TextDecoder("latin1").decode(bytes);
}
function uint32(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
}
