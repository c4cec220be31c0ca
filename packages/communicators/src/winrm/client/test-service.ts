import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { decryptBody, encryptBody, encryptedContentType } from "../ntlm/http-encryption.ts";
import { NtlmServer } from "../ntlm/server.ts";
import type { NtlmSession } from "../ntlm/session.ts";
import { type Fault, wsmanFaultCode } from "../protocol/fault.ts";
import { decodeRequest, type Request, type StreamPiece } from "../protocol/requests.ts";
import { encodeResponse, type Response } from "../protocol/responses.ts";

/** What a command of the test service does: writes, reads, and ends with an exit code. */
export type Program = (
  command: string,
  io: {
    readonly stdin: AsyncIterable<Buffer>;
    write(stream: "stdout" | "stderr", bytes: Uint8Array | string): void;
    readonly terminated: AbortSignal;
  },
) => Promise<number>;

export interface TestServiceOptions {
  readonly program?: Program;
  readonly authentication?: "basic" | "ntlm";
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Answers in the place of the service: a response, `drop` to cut the connection, `hang` to say nothing; undefined lets it be. */
  readonly instead?: (request: Request, text: string) => Response | "drop" | "hang" | undefined;
  /** The same for HTTP, before any login. */
  readonly http?: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly maxEnvelopeSizeKb?: number;
  /** Milliseconds that pass before each answer. */
  readonly delay?: number;
}

interface Command {
  readonly output: StreamPiece[];
  readonly input: Buffer[];
  inputEnded: boolean;
  exit: number | undefined;
  changed: () => void;
  readonly stop: AbortController;
}

/** A WinRM service on loopback for the client's tests: user `Administrator`, password `S3cret!`. */
export class TestService implements AsyncDisposable {
  readonly #server: Server;
  readonly #options: TestServiceOptions;
  readonly #sockets = new Set<Socket>();
  readonly #shells = new Map<string, Map<string, Command>>();
  readonly #logins = new WeakMap<object, { ntlm: NtlmServer; session?: NtlmSession }>();
  /** The requests, in order; and their envelopes. */
  readonly requests: Request[] = [];
  readonly texts: string[] = [];
  connections = 0;

  private constructor(options: TestServiceOptions) {
    this.#options = options;
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      this.#answer(request, response).catch(() => request.socket.destroy());
    };
    this.#server = options.tls ? createTlsServer(options.tls, answer) : createServer(answer);
    this.#server.on(options.tls ? "secureConnection" : "connection", (socket: Socket) => {
      this.connections++;
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket)).on("error", () => {});
    });
  }

  static async start(options: TestServiceOptions = {}): Promise<TestService> {
    const service = new TestService(options);
    await new Promise<void>((resolve) => service.#server.listen(0, "127.0.0.1", resolve));
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get openShells(): number {
    return this.#shells.size;
  }

  /** Every connection is cut; with `forget`, as after a restart of the service. */
  cut(forget?: "forget"): void {
    for (const socket of this.#sockets) socket.destroy();
    if (!forget) return;
    for (const commands of this.#shells.values()) for (const { stop } of commands.values()) stop.abort();
    this.#shells.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut("forget");
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#options.http?.(request, response)) return;
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const body = Buffer.concat(pieces);
    const login = this.#login(request);
    if (login.is === "refused") {
      response.writeHead(401, { "WWW-Authenticate": login.ask, "Content-Length": 0 }).end();
      return;
    }
    if (body.length === 0) {
      response.writeHead(200, { "Content-Length": 0 }).end();
      return;
    }
    const { session } = login;
    const text = (session ? decryptBody(session, body).message : body).toString("utf8");
    const { header, request: asked } = decodeRequest(text);
    this.requests.push(asked);
    this.texts.push(text);
    if (this.#options.delay) await sleep(this.#options.delay);
    const given = this.#options.instead?.(asked, text);
    if (given === "drop") return void request.socket.destroy();
    if (given === "hang") return;
    const said = given ?? (await this.#serve(asked, header.shellId ?? "", header.operationTimeout));
    const answer = Buffer.from(
      encodeResponse(said, { messageId: `uuid:${randomUUID()}`, relatesTo: header.messageId }),
    );
    const type = "application/soap+xml;charset=UTF-8";
    const sealed = session ? encryptBody(session, answer, type) : answer;
    response
      .writeHead(said.is === "fault" ? 500 : 200, {
        "Content-Type": session ? encryptedContentType : type,
        "Content-Length": sealed.length,
      })
      .end(sealed);
  }

  #login(
    request: IncomingMessage,
  ): { readonly is: "in"; readonly session?: NtlmSession } | { readonly is: "refused"; readonly ask: string } {
    const [scheme, value = ""] = (request.headers.authorization ?? "").split(" ");
    if (this.#options.authentication !== "ntlm") {
      const right = scheme === "Basic" && Buffer.from(value, "base64").toString() === "Administrator:S3cret!";
      return right ? { is: "in" } : { is: "refused", ask: 'Basic realm="WSMAN"' };
    }
    const { socket } = request;
    const state = this.#logins.get(socket) ?? { ntlm: new NtlmServer("WIN-TEST", () => "S3cret!") };
    this.#logins.set(socket, state);
    const plain = this.#options.tls !== undefined;
    if (scheme !== "Negotiate") {
      if (!state.session) return { is: "refused", ask: "Negotiate" };
      return plain ? { is: "in" } : { is: "in", session: state.session };
    }
    const token = Buffer.from(value, "base64");
    if (token.readUInt32LE(8) === 1) {
      return { is: "refused", ask: `Negotiate ${state.ntlm.challenge(token).toString("base64")}` };
    }
    const accepted = state.ntlm.accept(token);
    if (!accepted) return { is: "refused", ask: "Negotiate" };
    state.session = accepted.session;
    return { is: "in" };
  }

  async #serve(request: Request, shellId: string, operationTimeout: number): Promise<Response> {
    if (request.is === "get") {
      const size = this.#options.maxEnvelopeSizeKb;
      return size === undefined ? fault("AccessDenied", 5) : { is: "get", maxEnvelopeSizeKb: size };
    }
    if (request.is === "create") {
      const id = randomUUID().toUpperCase();
      this.#shells.set(id, new Map());
      return { is: "create", shellId: id };
    }
    const shell = this.#shells.get(shellId);
    if (!shell) return fault("InvalidSelectors", wsmanFaultCode.shellNotFound);
    if (request.is === "delete") {
      for (const { stop } of shell.values()) stop.abort();
      this.#shells.delete(shellId);
      return { is: "delete" };
    }
    if (request.is === "command") return { is: "command", commandId: this.#start(shell, request.command) };
    const id = request.is === "send" ? request.streams[0]?.commandId : request.commandId;
    const command = shell.get(id ?? "");
    if (!command) return fault("InvalidSelectors", wsmanFaultCode.shellNotFound);
    if (request.is === "signal") {
      command.stop.abort();
      return { is: "signal" };
    }
    if (request.is === "send") {
      for (const { bytes, end } of request.streams) {
        command.input.push(Buffer.from(bytes));
        command.inputEnded ||= end === true;
      }
      command.changed();
      return { is: "send" };
    }
    return receive(command, id ?? "", operationTimeout);
  }

  #start(shell: Map<string, Command>, text: string): string {
    const id = randomUUID().toUpperCase();
    let changed = (): void => {};
    let change = new Promise<void>((resolve) => (changed = resolve));
    const stop = new AbortController();
    const command: Command = {
      output: [],
      input: [],
      inputEnded: false,
      exit: undefined,
      stop,
      changed: () => {
        const wake = changed;
        change = new Promise<void>((resolve) => (changed = resolve));
        waiters.set(command, change);
        wake();
      },
    };
    waiters.set(command, change);
    stop.signal.addEventListener("abort", () => command.changed());
    shell.set(id, command);
    const stdin = async function* (): AsyncGenerator<Buffer> {
      for (;;) {
        const bytes = command.input.shift();
        if (bytes) yield bytes;
        else if (command.inputEnded || stop.signal.aborted) return;
        else await waiters.get(command);
      }
    };
    const program = this.#options.program ?? (async () => 0);
    const io = {
      stdin: stdin(),
      terminated: stop.signal,
      write: (stream: "stdout" | "stderr", bytes: Uint8Array | string) => {
        command.output.push({ name: stream, commandId: id, bytes: Buffer.from(bytes) });
        command.changed();
      },
    };
    void program(text, io).then((exit) => {
      command.exit = exit;
      command.changed();
    });
    return id;
  }
}

const waiters = new WeakMap<Command, Promise<void>>();

async function receive(command: Command, id: string, operationTimeout: number): Promise<Response> {
  const late = new Promise((resolve) => setTimeout(resolve, operationTimeout, "late").unref());
  for (;;) {
    if (command.output.length > 0 || command.exit !== undefined) {
      const streams = command.output.splice(0);
      return {
        is: "receive",
        streams,
        state: {
          commandId: id,
          is: command.exit === undefined ? "running" : "done",
          ...(command.exit !== undefined && { exitCode: command.exit }),
        },
      };
    }
    if (command.stop.signal.aborted) return fault("InternalError", wsmanFaultCode.aborted);
    if ((await Promise.race([waiters.get(command), late])) === "late") {
      return fault("TimedOut", wsmanFaultCode.operationTimeout);
    }
  }
}

function fault(subcode: string, wsmanCode: number): Response {
  const reasons: Readonly<Record<string, string>> = {
    AccessDenied: "Access is denied.",
    InvalidSelectors: "The request contains one or more invalid SelectorSets.",
    TimedOut: "The operation timed out.",
  };
  const made: Fault = { code: "Receiver", subcode, reason: reasons[subcode] ?? subcode, wsmanCode };
  return { is: "fault", fault: made };
}
