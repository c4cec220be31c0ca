import type { Duplex } from "node:stream";
import { ConnectError, messageOf } from "@kiln/sdk";
import ssh2, { type Client, type ConnectConfig as ClientConfig } from "ssh2";
import { inside, keepCipherKeys } from "../ssh2-internals.ts";
import { ciphers, defaultCiphers, defaultKeyExchanges, hostKeys, keyExchanges } from "./algorithms.ts";
import { type LoginMethod, LoginOrder, type Tried } from "./login-methods.ts";

export interface LoginRequest {
  readonly username: string;
  readonly methods: readonly LoginMethod[];
  readonly ciphers: readonly string[] | undefined;
  readonly keyExchanges: readonly string[] | undefined;
  /** Milliseconds from the first byte to the open session. */
  readonly timeout: number;
  /** The server has sent its first line. */
  readonly onBanner?: () => void;
}

/** What a failed login leaves behind for the report. */
export class LoginError extends ConnectError {
  static {
    this.prototype.name = "LoginError";
  }
  readonly tried: readonly Tried[];
  readonly server: string | undefined;
  constructor(
    code: ConnectError["code"],
    stage: ConnectError["stage"],
    message: string,
    tried: readonly Tried[],
    server: string | undefined,
    cause?: unknown,
  ) {
    super(code, stage, message, cause);
    this.tried = tried;
    this.server = server;
  }
}

/** Speaks SSH on a fresh connection until the user is logged in. Destroys the connection when that fails. */
export function login(socket: Duplex, request: LoginRequest, signal: AbortSignal): Promise<Client> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    const theirs: string[] = [];
    let stage: ConnectError["stage"] = "banner";
    let greeting = "";
    let order: LoginOrder | undefined;
    let problem: Error | undefined;
    let over = false;

    const settle = (): boolean => {
      if (over) return false;
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      return true;
    };
    const fail = (error: Error): void => {
      if (!settle()) return;
      client.on("error", () => {});
      socket.on("error", () => {});
      client.destroy();
      socket.destroy();
      reject(error);
    };
    const failed = (text: string, code: ConnectError["code"] = "connect/failed", cause?: unknown): void => {
      fail(new LoginError(code, stage, text, order?.tried ?? [], inside(client)._remoteVer, cause));
    };
    const stop = (): void => fail(signal.reason as Error);
    const timer = setTimeout(() => {
      const seconds = request.timeout / 1000;
      failed(
        stage === "banner"
          ? `it accepted the connection but sent no SSH banner within ${seconds} s`
          : `Timeout during SSH handshake (${seconds} s)`,
      );
    }, request.timeout);
    signal.addEventListener("abort", stop);
    if (signal.aborted) return stop();

    client.on("error", (error) => {
      problem ??= error;
      const level = Reflect.get(error, "level");
      if (level === "client-authentication") {
        stage = "authentication";
        return failed(refusal(order), "connect/authentication", error);
      }
      if (level === "agent") return;
      failed(explain(error, stage, theirs, greeting), "connect/failed", error);
    });
    client.on("close", () => {
      // A server that has had enough closes in the middle of the refusals.
      if (stage === "authentication" && order && order.tried.length > 0) {
        return failed(`${refusal(order)}; then the server closed the connection`, "connect/authentication", problem);
      }
      failed(closed(stage, greeting), "connect/failed", problem);
    });
    client.on("greeting", (text) => {
      greeting = text.trim();
    });
    client.on("handshake", () => {
      stage = "authentication";
      keepCipherKeys(inside(client)._protocol);
    });
    client.on("ready", () => {
      if (!settle()) return;
      client.removeAllListeners("close");
      client.removeAllListeners("error");
      Reflect.set(inside(client)._protocol, "_debug", undefined);
      resolve(client);
    });

    gatherWrites(socket);
    try {
      client.connect({
        ...offers(request),
        sock: socket,
        username: request.username,
        readyTimeout: 0,
        keepaliveInterval: 0,
        authHandler: ((left: string[] | null, partial: boolean | null) =>
          order?.next(left, partial) ?? false) as unknown as NonNullable<ClientConfig["authHandler"]>,
        debug: (line) => {
          if (over) return;
          if (line.startsWith("Remote ident:")) {
            stage = "key-exchange";
            request.onBanner?.();
          } else if (line.startsWith("Handshake: (remote)")) theirs.push(line.slice("Handshake: (remote) ".length));
        },
      });
      order = new LoginOrder(client, request.username, request.methods);
    } catch (error) {
      failed(messageOf(error), "connect/failed", error);
    }
  });
}

/**
 * ssh2 writes each packet in three or four pieces; this hands the pieces of one turn of the event loop to the system together, which
 * saves most of the calls and, without Nagle's delay, most of the tiny TCP segments.
 */
function gatherWrites(socket: Duplex): void {
  const write = socket.write.bind(socket) as (chunk: unknown) => boolean;
  let gathering = false;
  socket.write = (chunk: unknown): boolean => {
    if (!gathering) {
      gathering = true;
      socket.cork();
      process.nextTick(() => {
        gathering = false;
        socket.uncork();
      });
    }
    return write(chunk);
  };
}

function offers(request: LoginRequest): Pick<ClientConfig, "algorithms"> {
  // Names that ssh2 does not know would make it throw; what Go's client does not know it leaves out as well.
  const known = (wanted: readonly string[] | undefined, all: readonly string[], standard: readonly string[]) => {
    const usable = wanted?.filter((name) => all.includes(name)) ?? [];
    return usable.length > 0 ? usable : standard;
  };
  const algorithms = {
    cipher: known(request.ciphers, ciphers, defaultCiphers),
    kex: known(request.keyExchanges, keyExchanges, defaultKeyExchanges),
    serverHostKey: hostKeys,
    compress: ["none"],
  };
  return { algorithms: algorithms as unknown as NonNullable<ClientConfig["algorithms"]> };
}

function refusal(order: LoginOrder | undefined): string {
  const tried = order?.tried.map(({ what }) => what.split(" ")[0]) ?? [];
  const offered = order?.offered?.length ? `; the server accepts ${order.offered.join(", ")}` : "";
  return `unable to authenticate, attempted methods [${[...new Set(tried)].join(" ")}]${offered}`;
}

function closed(stage: ConnectError["stage"], greeting: string): string {
  const said = greeting === "" ? "" : ` after saying: ${greeting}`;
  if (stage === "banner") return `the server closed the connection without an SSH banner${said}`;
  if (stage === "key-exchange") return `the server closed the connection during the key exchange${said}`;
  return `the server closed the connection during the login${said}`;
}

function explain(error: Error, stage: ConnectError["stage"], theirs: readonly string[], greeting: string): string {
  const message = error.message;
  const missing = /no matching (key exchange algorithm|host key format|(?:C->S|S->C) (?:cipher|MAC))/.exec(
    message,
  )?.[1];
  if (missing !== undefined) {
    const [what, names] = /key exchange/.test(missing)
      ? ["KEX method", "key exchange"]
      : /host key/.test(missing)
        ? ["Host key format", "host key type"]
        : [missing, missing.slice(5)];
    const line = theirs.find((text) => text.toLowerCase().startsWith(what.toLowerCase()));
    const list = line
      ?.slice(line.indexOf(":") + 1)
      .trim()
      .replaceAll(",", ", ");
    return `there is no ${names} that both sides know${list ? `; the server offers ${list}` : ""}`;
  }
  if (stage === "banner" && /identification|header|greeting|protocol/i.test(message)) {
    return `what listens there does not speak SSH (${message})`;
  }
  if (/Connection lost before handshake/.test(message)) return closed("banner", greeting);
  return /ECONNRESET/.test(message) ? "the connection was reset" : message;
}
