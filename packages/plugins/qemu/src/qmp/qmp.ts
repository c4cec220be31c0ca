import { type Duplex, type Host, type Json, KilnError, LineSplitter, messageOf } from "@kiln/sdk";

/** QEMU refused a command of its control protocol, or the connection is gone. */
export class QmpError extends KilnError {
  static {
    this.prototype.name = "QmpError";
  }
  readonly code: "qmp/refused" | "qmp/closed";
  constructor(code: QmpError["code"], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
interface Message {
  readonly QMP?: unknown;
  readonly return?: unknown;
  readonly error?: { readonly class?: string; readonly desc?: string };
  readonly id?: number;
  readonly event?: string;
  readonly data?: unknown;
}

/** One connection of QEMU's machine protocol. Commands may overlap; answers are told apart by their ids. */
export class Qmp implements AsyncDisposable {
  readonly #socket: Duplex;
  readonly #waiting = new Map<number, Waiting>();
  readonly #onEvent: (name: string, data: unknown) => void;
  readonly #reading: Promise<void>;
  #greeted: (() => void) | undefined;
  #next = 1;
  #over: QmpError | undefined;

  private constructor(socket: Duplex, greeted: () => void, onEvent: (name: string, data: unknown) => void) {
    this.#socket = socket;
    this.#greeted = greeted;
    this.#onEvent = onEvent;
    this.#reading = this.#read();
  }

  /** Connects, waits for the greeting and leaves negotiation. Rejects with the socket's error where nobody listens. */
  static async open(
    host: Pick<Host, "net">,
    path: string,
    signal: AbortSignal,
    onEvent: (name: string, data: unknown) => void = () => {},
  ): Promise<Qmp> {
    const socket = await host.net.connect({ path }, signal);
    const greeting = Promise.withResolvers<void>();
    const qmp = new Qmp(socket, greeting.resolve, onEvent);
    try {
      await abortable(Promise.race([greeting.promise, qmp.#closed()]), signal);
      await qmp.execute("qmp_capabilities", {}, signal);
      return qmp;
    } catch (error) {
      await qmp[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The command's `return`. Rejects with `QmpError`. */
  execute(command: string, args: Readonly<Record<string, Json>> = {}, signal?: AbortSignal): Promise<unknown> {
    if (this.#over) return Promise.reject(this.#over);
    const id = this.#next++;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
    const text = JSON.stringify({ execute: command, ...(Object.keys(args).length > 0 && { arguments: args }), id });
    this.#socket.write(new TextEncoder().encode(`${text}\n`)).catch((error: unknown) => {
      this.#waiting.get(id)?.reject(new QmpError("qmp/closed", `${command}: ${messageOf(error)}`, error));
      this.#waiting.delete(id);
    });
    return signal ? abortable(answer, signal) : answer;
  }

  /** A command of the human monitor (`savevm NAME`); its output. */
  async monitor(line: string, signal?: AbortSignal): Promise<string> {
    return String(await this.execute("human-monitor-command", { "command-line": line }, signal));
  }

  async #closed(): Promise<never> {
    await this.#reading;
    throw this.#over ?? new QmpError("qmp/closed", "QEMU closed its control socket");
  }

  async #read(): Promise<void> {
    const lines = new LineSplitter((line) => this.#take(line));
    try {
      for await (const bytes of this.#socket.input) lines.push(bytes);
    } catch {
      // A broken connection is an ended one.
    }
    this.#over ??= new QmpError("qmp/closed", "QEMU closed its control socket");
    for (const { reject } of this.#waiting.values()) reject(this.#over);
    this.#waiting.clear();
  }

  #take(line: string): void {
    const message = parsed(line);
    if (!message) return;
    if (message.QMP !== undefined) {
      this.#greeted?.();
      this.#greeted = undefined;
    } else if (message.event !== undefined) this.#onEvent(message.event, message.data);
    else if (message.id !== undefined) {
      const waiting = this.#waiting.get(message.id);
      this.#waiting.delete(message.id);
      if (message.error) waiting?.reject(new QmpError("qmp/refused", message.error.desc ?? "QEMU refused the command"));
      else waiting?.resolve(message.return);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over ??= new QmpError("qmp/closed", "the connection was closed");
    await this.#socket[Symbol.asyncDispose]();
    await this.#reading;
  }
}

function parsed(line: string): Message | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Message) : undefined;
  } catch {
    return undefined;
  }
}

/** The promise, or the signal's reason as soon as it is aborted. */
export function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
