import type { Duplex } from "@kiln/sdk";

/** HTTP/1.1 on one connection of its own: streams both ways, and turns into a plain stream where the server agrees. */
export interface Question {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: { readonly bytes: AsyncIterable<Uint8Array>; readonly length?: number };
}
export interface Answer extends AsyncDisposable {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: ReadonlyMap<string, string>;
  /** To be read once; ends with the body, or with the connection after an upgrade. */
  readonly body: AsyncIterable<Uint8Array>;
  /** After an upgrade: what goes to the other side. */
  readonly socket: Duplex;
  text(): Promise<string>;
}

/** Longest head of an answer. */
const longestHead = 256 * 1024;
const encoder = new TextEncoder();

/** Asks over a fresh connection, which closes when the answer is disposed of, its body was read, or the signal aborts. */
export async function ask(socket: Duplex, question: Question, signal: AbortSignal): Promise<Answer> {
  const close = (): void => void socket[Symbol.asyncDispose]();
  signal.addEventListener("abort", close, { once: true });
  const input = new Input(socket);
  const dispose = async (): Promise<void> => {
    signal.removeEventListener("abort", close);
    await socket[Symbol.asyncDispose]();
  };
  try {
    signal.throwIfAborted();
    const [status, headers] = await exchange(socket, input, question);
    const body = (async function* () {
      try {
        yield* bodyOf(input, question.method, status, headers);
      } catch (error) {
        signal.throwIfAborted();
        throw error;
      } finally {
        await dispose();
      }
      signal.throwIfAborted();
    })();
    const text = async (): Promise<string> => {
      const decoder = new TextDecoder();
      let all = "";
      for await (const chunk of body) all += decoder.decode(chunk, { stream: true });
      return all + decoder.decode();
    };
    return { status, headers, body, socket, text, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    signal.throwIfAborted();
    throw error;
  }
}

type Head = readonly [status: number, headers: ReadonlyMap<string, string>];

/**
 * Sends and listens at once: a server may refuse before it has read everything. What is PUT goes out once the server asks for it, because what a
 * server says before it closes on unread bytes can be lost with them.
 */
async function exchange(socket: Duplex, input: Input, question: Question): Promise<Head> {
  const { promise: wanted, resolve: want } = Promise.withResolvers<void>();
  const answered = readHead(input, want);
  let refused = false;
  answered.then(
    ([status]) => {
      refused = status >= 300;
      want();
    },
    () => {
      refused = true;
      want();
    },
  );
  try {
    await send(socket, question, wanted, () => refused);
  } catch (error) {
    if (!(error instanceof Unsendable)) throw error;
    // It closed before it had read everything: the answer, where there is one, says why.
    return answered.catch(() => {
      throw error.cause;
    });
  }
  return answered;
}

/** The other side takes no more. What the body itself throws stays what it is. */
class Unsendable extends Error {}

async function send(socket: Duplex, question: Question, wanted: Promise<void>, refused: () => boolean): Promise<void> {
  const { method, target, headers, body } = question;
  const put = async (bytes: Uint8Array | string): Promise<void> => {
    try {
      await socket.write(typeof bytes === "string" ? encoder.encode(bytes) : bytes);
    } catch (cause) {
      throw new Unsendable("the connection was closed", { cause });
    }
  };
  const lines = [`${method} ${target} HTTP/1.1`, "Host: docker", "User-Agent: kiln"];
  for (const [name, value] of Object.entries(headers ?? {})) lines.push(`${name}: ${value}`);
  if (!headers?.["Connection"]) lines.push("Connection: close");
  const chunked = body !== undefined && body.length === undefined;
  if (chunked) lines.push("Transfer-Encoding: chunked");
  else if (body || method === "POST" || method === "PUT") lines.push(`Content-Length: ${body?.length ?? 0}`);
  const asked = body !== undefined && method === "PUT";
  if (asked) lines.push("Expect: 100-continue");
  await put(`${lines.join("\r\n")}\r\n\r\n`);
  if (!body) return;
  if (asked) await wanted;
  // The next piece is fetched while the last one is on its way.
  let sent = Promise.resolve();
  try {
    for await (const bytes of body.bytes) {
      if (refused()) return;
      if (bytes.length === 0) continue;
      await sent;
      sent = chunked ? put(framed(bytes)) : put(bytes);
      sent.catch(() => {});
    }
  } finally {
    await sent;
  }
  if (chunked) await put("0\r\n\r\n");
}

function framed(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([encoder.encode(`${bytes.length.toString(16)}\r\n`), bytes, encoder.encode("\r\n")]);
}

async function readHead(input: Input, onContinue: () => void): Promise<Head> {
  for (;;) {
    const [first = "", ...lines] = (await input.head()).split("\r\n");
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(first)?.[1] ?? Number.NaN);
    if (Number.isNaN(status)) throw new Error(`not an answer of HTTP: ${first.slice(0, 100)}`);
    const headers = new Map(
      lines.filter(Boolean).map((line) => {
        const colon = line.indexOf(":");
        return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
      }),
    );
    // 100 Continue and the like announce the real one.
    if (status === 100) onContinue();
    if (status >= 200 || status === 101) return [status, headers];
  }
}

async function* bodyOf(
  input: Input,
  method: string,
  status: number,
  headers: ReadonlyMap<string, string>,
): AsyncGenerator<Uint8Array> {
  if (method === "HEAD" || status === 204 || status === 304) return;
  if (status === 101) yield* input.rest();
  else if (headers.get("transfer-encoding")?.toLowerCase().includes("chunked")) yield* chunks(input);
  else if (headers.has("content-length")) yield* input.exactly(Number(headers.get("content-length")));
  else yield* input.rest();
}

async function* chunks(input: Input): AsyncGenerator<Uint8Array> {
  for (;;) {
    const size = Number.parseInt(await input.line(), 16);
    if (Number.isNaN(size)) throw new Error("a chunk of the answer has no size");
    if (size === 0) break;
    yield* input.exactly(size);
    await input.line();
  }
  while ((await input.line()) !== "");
}

/** What arrives, taken by lines or by lengths. */
class Input {
  readonly #iterator: AsyncIterator<Uint8Array>;
  #held: Uint8Array = new Uint8Array();

  constructor(socket: Duplex) {
    this.#iterator = socket.input[Symbol.asyncIterator]();
  }

  head(): Promise<string> {
    return this.#until("\r\n\r\n");
  }
  line(): Promise<string> {
    return this.#until("\r\n");
  }

  async *exactly(length: number): AsyncGenerator<Uint8Array> {
    let left = length;
    while (left > 0) {
      if (this.#held.length === 0 && !(await this.#more())) throw cutShort();
      const piece = this.#held.subarray(0, left);
      this.#held = this.#held.subarray(piece.length);
      left -= piece.length;
      yield piece;
    }
  }

  async *rest(): AsyncGenerator<Uint8Array> {
    do {
      const piece = this.#held;
      this.#held = new Uint8Array();
      if (piece.length > 0) yield piece;
    } while (await this.#more());
  }

  async #until(mark: string): Promise<string> {
    let from = 0;
    for (;;) {
      const held = Buffer.from(this.#held.buffer, this.#held.byteOffset, this.#held.length);
      const at = held.indexOf(mark, from, "latin1");
      if (at >= 0) {
        this.#held = this.#held.subarray(at + mark.length);
        return held.toString("utf8", 0, at);
      }
      from = Math.max(0, held.length - mark.length);
      if (held.length > longestHead) throw new Error("the head of the answer is too long");
      if (!(await this.#more())) throw cutShort();
    }
  }

  async #more(): Promise<boolean> {
    const { value, done } = await this.#iterator.next();
    if (done) return false;
    this.#held = this.#held.length === 0 ? value : Buffer.concat([this.#held, value]);
    return true;
  }
}

function cutShort(): Error {
  return Object.assign(new Error("the connection was closed in the middle of an answer"), { code: "ECONNRESET" });
}
