import { Buffer } from "node:buffer";
import { randomUUID } from "node:crypto";
import { ConnectError, messageOf } from "@kiln/sdk";
import { type Address, where } from "../../ssh/client/address.ts";
import type { ProxySettings } from "../../ssh/settings.ts";
import { decryptBody, encryptBody, encryptedContentType, isEncrypted } from "../ntlm/http-encryption.ts";
import { encodeRequest, type Request } from "../protocol/requests.ts";
import { decodeResponse, type Response } from "../protocol/responses.ts";
import { BadEnvelope } from "../protocol/xml.ts";
import type { WinrmSettings } from "../settings.ts";
import type { Answer, HttpConnection } from "./connection.ts";
import { dialService, proxyHeaders } from "./dial-service.ts";
import { BadAnswer, Lost, Refusal } from "./errors.ts";
import { type Login, login, refusedLogin } from "./login.ts";

export interface CallOptions {
  readonly signal: AbortSignal;
  readonly shellId?: string;
  readonly options?: Readonly<Record<string, string>>;
  /** Asking twice does no harm, so a connection that turns out to be stale is no error. */
  readonly repeatable?: boolean;
  /** Milliseconds for this request instead of OperationTimeout. */
  readonly timeout?: number;
}

/** An idle connection older than this may have been closed by the far side without our knowing. Milliseconds. */
const stale = 60_000;
/** The answers that a service accepts to be this long at the least. [MS-WSMV] 3.1.4.1.20. */
export const leastEnvelopeSize = 153_600;
const contentType = "application/soap+xml;charset=UTF-8";

interface Line {
  readonly to: Address;
  readonly connection: HttpConnection;
  readonly login: Login;
}

/** A WinRM service at one address: connections, logins and messages. Requests run side by side, each on a connection of its own. */
export class Service {
  readonly settings: WinrmSettings;
  readonly #address: (signal: AbortSignal) => Promise<Address>;
  readonly #proxyTo: (to: Address) => ProxySettings | undefined;
  readonly #idle: Line[] = [];
  readonly #busy = new Set<Line>();
  #closed = false;
  #to: Address | undefined;
  /** Bytes that answers may have; raised when the service's own limit is known. */
  envelopeSize = leastEnvelopeSize;
  /** Milliseconds to wait for TCP and TLS. */
  dialTimeout = 15_000;
  /** Milliseconds after which the service answers at the latest, and how long that answer may be overdue. */
  operationTimeout: number;
  grace: number;
  /** What a request waits for just now, for whoever tells why nothing goes on. */
  at: "resolve" | "tcp" | "http" | "shell" = "resolve";

  constructor(
    settings: WinrmSettings,
    address: (signal: AbortSignal) => Promise<Address>,
    proxyTo: (to: Address) => ProxySettings | undefined,
  ) {
    this.settings = settings;
    this.operationTimeout = settings.operationTimeout;
    this.grace = settings.grace;
    this.#address = address;
    this.#proxyTo = proxyTo;
  }

  /**
   * Rejects with `Refusal` for a fault, `Lost` where the connection broke, `ConnectError` where there was none to be had, or the signal's
   * reason.
   */
  async call(request: Request, call: CallOptions): Promise<Response> {
    for (let attempt = 1; ; attempt++) {
      const line = await this.#line(call.signal);
      const fresh = attempt > 1 || line.fresh;
      try {
        return await this.#exchange(line, request, call);
      } catch (error) {
        // The service closes idle connections; the first request on one then fails.
        if (!(error instanceof Lost) || fresh || !(call.repeatable || !error.sent)) throw error;
        for (const other of this.#idle.splice(0)) other.connection.close();
      }
    }
  }

  close(): void {
    this.#closed = true;
    for (const { connection } of [...this.#idle.splice(0), ...this.#busy]) connection.close();
    this.#busy.clear();
  }

  async #line(signal: AbortSignal): Promise<Line & { readonly fresh: boolean }> {
    signal.throwIfAborted();
    for (let line = this.#idle.pop(); line; line = this.#idle.pop()) {
      const usable = line.connection.open && performance.now() - line.connection.usedAt < stale;
      if (usable) return { ...line, fresh: false };
      line.connection.close();
    }
    if (this.#closed) throw new Lost("the connection was closed", false);
    const { connection, to } = await this.#dial(signal);
    this.at = "http";
    try {
      const timeout = this.operationTimeout + this.grace;
      return { connection, login: await login(connection, this.settings, timeout, signal), fresh: true, to };
    } catch (error) {
      connection.close();
      if (!(error instanceof Lost)) throw error;
      throw new ConnectError("connect/failed", "http", `${where(to)}: ${error.message}`, error);
    }
  }

  /** At the address that was known last; where nobody answers there, at the one that the machine has now. */
  async #dial(signal: AbortSignal): Promise<{ readonly connection: HttpConnection; readonly to: Address }> {
    this.at = this.#to ? "tcp" : "resolve";
    const known = this.#to ?? (await this.#address(signal));
    const dial = async (to: Address): Promise<{ readonly connection: HttpConnection; readonly to: Address }> => {
      this.at = "tcp";
      const connection = await dialService(to, this.settings, this.#proxyTo(to), this.dialTimeout, signal);
      this.#to = to;
      return { connection, to };
    };
    const asked = this.#to === undefined;
    try {
      return await dial(known);
    } catch (error) {
      this.#to = undefined;
      if (asked || signal.aborted) throw error;
      const now = await this.#address(signal);
      if (where(now) === where(known)) throw error;
      return dial(now);
    }
  }

  async #exchange(line: Line, request: Request, call: CallOptions): Promise<Response> {
    const { settings } = this;
    const operationTimeout = call.timeout ?? this.operationTimeout;
    const message = Buffer.from(
      encodeRequest(request, {
        to: `${settings.ssl ? "https" : "http"}://${where(line.to)}/wsman`,
        messageId: `uuid:${randomUUID().toUpperCase()}`,
        maxEnvelopeSize: this.envelopeSize,
        operationTimeout,
        ...(call.shellId !== undefined && { shellId: call.shellId }),
        ...(call.options && { options: call.options }),
      }),
    );
    const { connection, login: as } = line;
    const session = as.kind === "ntlm" ? as.session : undefined;
    this.#busy.add(line);
    let answer: Answer;
    try {
      answer = await connection.post({
        headers: {
          ...(as.kind === "basic" && { Authorization: as.header }),
          ...proxyHeaders(settings, this.#proxyTo(line.to)),
          "Content-Type": session ? encryptedContentType : contentType,
        },
        body: session ? encryptBody(session, message, contentType) : message,
        timeout: operationTimeout + this.grace,
        signal: call.signal,
      });
    } finally {
      this.#busy.delete(line);
    }
    try {
      const response = this.#read(line, answer);
      this.at = "shell";
      if (connection.open && !this.#closed) this.#idle.push({ to: line.to, connection, login: as });
      else connection.close();
      return response;
    } catch (error) {
      if (error instanceof Refusal && connection.open && !this.#closed)
        this.#idle.push({ to: line.to, connection, login: as });
      else connection.close();
      throw error;
    }
  }

  #read({ login: as, to }: Line, answer: Answer): Response {
    if (answer.status === 401 || answer.status === 403) throw refusedLogin(answer, this.settings);
    const session = as.kind === "ntlm" ? as.session : undefined;
    const type = answer.headers["content-type"];
    let body: Buffer;
    try {
      if (isEncrypted(type)) {
        if (!session) throw new BadEnvelope("the answer is sealed, although no key was agreed on");
        body = decryptBody(session, answer.body).message;
      } else {
        if (session && answer.status === 200 && answer.body.length > 0) {
          throw new BadEnvelope("the answer is not sealed, although sealing was agreed on");
        }
        body = answer.body;
      }
      if (answer.status === 200 && body.length === 0) return { is: "delete" };
      const response = decodeResponse(body.toString("utf8"));
      if (response.is === "fault") throw new Refusal(response.fault);
      return response;
    } catch (error) {
      if (error instanceof Refusal) throw error;
      throw new BadAnswer(notWinrm(answer, to, messageOf(error)), error);
    }
  }
}

function notWinrm({ status, headers }: Answer, to: Address, why: string): string {
  const server = headers.server === undefined ? "" : ` (${headers.server})`;
  if (status === 404) return `${where(to)}${server} has no WinRM service at /wsman (HTTP 404)`;
  if (status === 407) return "the proxy wants a login (HTTP 407)";
  if (status !== 200 && status !== 500) return `${where(to)}${server} answered with HTTP ${status}`;
  return `${where(to)}${server} gave no answer of a WinRM service: ${why}`;
}
