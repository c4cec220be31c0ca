import { Buffer } from "node:buffer";
import { Agent, type IncomingMessage, request } from "node:http";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { Lost, Overdue } from "./errors.ts";

/** An HTTP answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Buffer;
}
export interface Sending {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Milliseconds until the answer counts as lost. */
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** No message of a service is longer. */
const longestAnswer = 64 * 1024 * 1024;

/** HTTP/1.1 on one connection, a request at a time: what NTLM ties its login to. */
export class HttpConnection {
  readonly socket: Duplex | TLSSocket;
  readonly #agent: Agent;
  readonly #authority: string;
  readonly #target: string;
  #open = true;
  /** Monotonic milliseconds of the last answer. */
  usedAt = performance.now();

  /** `target` is what stands in the request line; `authority` is the host that is asked. */
  constructor(socket: Duplex | TLSSocket, authority: string, target: string) {
    this.socket = socket;
    this.#authority = authority;
    this.#target = target;
    this.#agent = new Agent({ keepAlive: true, maxSockets: 1, maxFreeSockets: 1 });
    this.#agent.createConnection = () => socket;
    const gone = (): void => {
      this.#open = false;
    };
    socket.on("close", gone).on("end", gone).on("error", gone);
  }

  get open(): boolean {
    return this.#open && !this.socket.destroyed;
  }

  /** Rejects with `Lost`, or the signal's reason. Afterwards the connection is closed. */
  post({ headers, body, timeout, signal }: Sending): Promise<Answer> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (!this.open) return reject(new Lost("the connection was closed", false));
      let over = false;
      const end = (act: () => void, keep: boolean): void => {
        if (over) return;
        over = true;
        clearTimeout(timer);
        signal.removeEventListener("abort", stop);
        if (!keep) this.close();
        act();
      };
      const stop = (): void => end(() => reject(signal.reason as Error), false);
      const fail = (error: NodeJS.ErrnoException): void =>
        end(() => reject(new Lost(describe(error), true, error)), false);
      const timer = setTimeout(() => {
        end(() => reject(new Overdue(`no answer came within ${Math.round(timeout / 100) / 10} s`, true)), false);
      }, timeout);
      signal.addEventListener("abort", stop);
      const asking = request({
        agent: this.#agent,
        method: "POST",
        path: this.#target,
        headers: { Host: this.#authority, "User-Agent": "Kiln", ...headers, "Content-Length": String(body.length) },
        setHost: false,
      });
      asking.on("error", fail);
      asking.on("response", (answer) => {
        const pieces: Buffer[] = [];
        let length = 0;
        answer.on("data", (piece: Buffer) => {
          pieces.push(piece);
          length += piece.length;
          if (length > longestAnswer) fail(new Error("the answer is longer than any answer of WinRM"));
        });
        answer.on("error", fail);
        answer.on("aborted", () => fail(new Error("the connection broke in the middle of an answer")));
        answer.on("end", () => {
          this.usedAt = performance.now();
          const lasts = answer.headers.connection?.toLowerCase() !== "close" && this.open;
          const { statusCode = 0, headers: got } = answer;
          // The agent takes the socket back after this event; who asks next must find it free.
          setImmediate(() =>
            end(() => resolve({ status: statusCode, headers: got, body: Buffer.concat(pieces) }), lasts),
          );
        });
      });
      asking.end(body);
    });
  }

  close(): void {
    this.#open = false;
    this.#agent.destroy();
    this.socket.destroy();
  }
}

function describe(error: NodeJS.ErrnoException): string {
  if (error.code === "ECONNRESET" || error.message === "socket hang up") return "the server closed the connection";
  if (error.code?.startsWith("HPE_")) return "what answered does not speak HTTP";
  return error.message || (error.code ?? "the connection broke");
}
