import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createSecureServer } from "node:https";
import {
  BadEnvelope,
  decodeRequest,
  decryptBody,
  encodeResponse,
  encryptBody,
  encryptedContentType,
  isEncrypted,
  type Response,
  wsmanFaultCode,
} from "@kiln/communicators";
import type { WindowsSystem } from "../system/windows-system.ts";
import { Authentication, type Caller } from "./authentication.ts";
import type { ShellService } from "./service.ts";

const soap = "application/soap+xml;charset=UTF-8";
/** Longer requests are not even read to their end. */
const longestBody = 8 * 1024 * 1024;

export interface WinrmListening {
  readonly host: string;
  readonly port: number;
  /** PEM; HTTPS where it is given. */
  readonly certificate?: { readonly cert: string; readonly key: string };
}

/** One listener of the WinRM service. */
export class WinrmServer implements AsyncDisposable {
  readonly #system: WindowsSystem;
  readonly #service: ShellService;
  readonly #authentication: Authentication;
  readonly #server: Server;
  readonly #isSecure: boolean;

  private constructor(system: WindowsSystem, service: ShellService, { certificate }: WinrmListening) {
    this.#system = system;
    this.#service = service;
    this.#authentication = new Authentication(system);
    this.#isSecure = certificate !== undefined;
    const handle = (request: IncomingMessage, response: ServerResponse): void => {
      this.#handle(request, response).catch(() => response.destroy());
    };
    this.#server = certificate
      ? createSecureServer({ cert: certificate.cert, key: certificate.key }, handle)
      : createServer(handle);
    this.#server.keepAliveTimeout = 120_000;
  }

  /** Listens; rejects where the port is taken. */
  static async listen(system: WindowsSystem, service: ShellService, where: WinrmListening): Promise<WinrmServer> {
    const made = new WinrmServer(system, service, where);
    await new Promise<void>((resolve, reject) => {
      made.#server.once("error", reject);
      made.#server.listen(where.port, where.host, resolve);
    });
    return made;
  }
  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((closed) => this.#server.close(closed));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    response.setHeader("Server", "Microsoft-HTTPAPI/2.0");
    const body = await read(request);
    if (body === undefined) {
      response.writeHead(413).end();
      request.destroy();
      return;
    }
    if (!/^\/wsman(?:[/?]|$)/i.test(request.url ?? "")) {
      response.writeHead(404, { "Content-Length": 0 }).end();
      return;
    }
    if (request.method !== "POST") {
      response.writeHead(405, { "Content-Length": 0 }).end();
      return;
    }
    const verdict = this.#authentication.check(request, this.#isSecure);
    const sealed = isEncrypted(request.headers["content-type"]);
    // A login over plain HTTP whose messages are not sealed shows them to everybody.
    const tooOpen =
      verdict.is === "in" && body.length > 0 && !sealed && !this.#isSecure && !this.#authentication.allowsUnencrypted;
    if (verdict.is === "out" || tooOpen) {
      response.setHeader(
        "WWW-Authenticate",
        verdict.is === "out" ? [...verdict.offers] : [...this.#authentication.offers(this.#isSecure)],
      );
      response.writeHead(401, { "Content-Length": 0 }).end();
      return;
    }
    if (body.length === 0) {
      // What clients send to log in, before they have something to say.
      response.writeHead(200, { "Content-Length": 0 }).end();
      return;
    }
    await this.#respond(verdict.caller, body, sealed, request, response);
  }

  async #respond(
    caller: Caller,
    body: Buffer,
    sealed: boolean,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    let text: string;
    try {
      const plain = sealed ? (caller.session ? decryptBody(caller.session, body).message : undefined) : body;
      if (!plain) throw new BadEnvelope("a sealed message without a login that could open it");
      text = plain.toString(/utf-?16/i.test(request.headers["content-type"] ?? "") ? "utf16le" : "utf8");
    } catch {
      response.writeHead(400, { "Content-Length": 0 }).end();
      return;
    }
    const { answer, relatesTo } = await this.#answer(text, caller, gone.signal);
    if (gone.signal.aborted) return;
    const address = `${this.#isSecure ? "https" : "http"}://${request.headers.host ?? "localhost"}/wsman`;
    const xml = Buffer.from(
      encodeResponse(answer, { messageId: `uuid:${randomUUID().toUpperCase()}`, relatesTo, address }),
    );
    const status = answer.is === "fault" ? 500 : 200;
    const out = sealed && caller.session ? encryptBody(caller.session, xml, soap) : xml;
    response
      .writeHead(status, { "Content-Type": sealed ? encryptedContentType : soap, "Content-Length": out.length })
      .end(out);
  }

  async #answer(
    text: string,
    caller: Caller,
    signal: AbortSignal,
  ): Promise<{ readonly answer: Response; readonly relatesTo: string }> {
    const most = this.#system.winrm.number("MaxEnvelopeSizekb") * 1024;
    if (Buffer.byteLength(text) > most) {
      const reason = `The WS-Management service cannot process the request. The size of the request exceeded the configured MaxEnvelopeSize quota of ${most} bytes.`;
      return {
        answer: {
          is: "fault",
          fault: { code: "Sender", subcode: "EncodingLimit", reason, wsmanCode: wsmanFaultCode.envelopeTooLarge },
        },
        relatesTo: "",
      };
    }
    try {
      const { header, request } = decodeRequest(text);
      return { answer: await this.#service.answer(request, header, caller.user, signal), relatesTo: header.messageId };
    } catch (error) {
      if (!(error instanceof BadEnvelope)) throw error;
      const reason = `The WS-Management service cannot process the request because it is not valid: ${error.message}`;
      return {
        answer: {
          is: "fault",
          fault: { code: "Sender", subcode: "SchemaValidationError", reason, wsmanCode: 2150858817 },
        },
        relatesTo: "",
      };
    }
  }
}

async function read(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request) {
    const bytes = piece as Buffer;
    length += bytes.length;
    if (length > longestBody) return undefined;
    pieces.push(bytes);
  }
  return Buffer.concat(pieces);
}
