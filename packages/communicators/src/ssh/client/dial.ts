import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { ConnectError, messageOf } from "@kiln/sdk";
import { SocksClient } from "socks";
import type { ProxySettings } from "../settings.ts";
import { type Address, where } from "./address.ts";
import { connectThroughHttp } from "./http-proxy.ts";

/** A TCP connection, direct or through the proxy. Rejects with a `ConnectError` of stage `resolve`, `tcp` or `proxy`. */
export async function dial(
  to: Address,
  proxy: ProxySettings | undefined,
  timeout: number,
  signal: AbortSignal,
): Promise<Duplex> {
  if (!proxy) return dialTcp(to, timeout, signal);
  const socket = await dialTcp(proxy, timeout, signal).catch((error: unknown) => {
    throw new ConnectError("connect/failed", "proxy", `proxy ${where(proxy)}: ${messageOf(error)}`, error);
  });
  try {
    if (proxy.kind === "http") await connectThroughHttp(socket, to, proxy, timeout, signal);
    else await connectThroughSocks(socket, to, proxy, timeout, signal);
    return socket;
  } catch (error) {
    socket.destroy();
    signal.throwIfAborted();
    throw new ConnectError("connect/failed", "proxy", `proxy ${where(proxy)}: ${messageOf(error)}`, error);
  }
}

async function connectThroughSocks(
  socket: Socket,
  to: Address,
  proxy: ProxySettings,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  const stop = (): void => void socket.destroy();
  signal.addEventListener("abort", stop);
  try {
    await SocksClient.createConnection({
      command: "connect",
      destination: to,
      existing_socket: socket,
      timeout,
      proxy: {
        host: proxy.host,
        port: proxy.port,
        type: 5,
        ...(proxy.username !== undefined && { userId: proxy.username, password: proxy.password ?? "" }),
      },
    });
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Node's connection without Nagle's delay: ssh2 writes a packet in pieces, and each would wait for an acknowledgement. */
export function dialTcp(to: Address, timeout: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ ...to, noDelay: true, keepAlive: true, keepAliveInitialDelay: 5000 });
    const end = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.removeListener("error", fail);
      if (!error) return resolve(socket);
      socket.on("error", () => {}); // a late error of a socket that nobody uses
      socket.destroy();
      reject(signal.aborted ? (signal.reason as Error) : error);
    };
    const fail = (error: NodeJS.ErrnoException): void => {
      const stage = error.syscall === "getaddrinfo" || error.code === "ENOTFOUND" ? "resolve" : "tcp";
      end(new ConnectError("connect/failed", stage, explainSocket(error, to), error));
    };
    const stop = (): void => end(new Error("aborted"));
    const timer = setTimeout(() => {
      end(new ConnectError("connect/failed", "tcp", `${where(to)} did not answer within ${timeout / 1000} s`));
    }, timeout);
    signal.addEventListener("abort", stop);
    socket.once("connect", () => end());
    socket.once("error", fail);
  });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: "refused the connection (nothing listens there)",
  EHOSTUNREACH: "is not reachable (no route to the host)",
  ENETUNREACH: "is not reachable (no route to its network)",
  ETIMEDOUT: "did not answer",
  ECONNRESET: "reset the connection",
};

function explainSocket(error: NodeJS.ErrnoException, to: Address): string {
  if (error.syscall === "getaddrinfo")
    return `the name ${to.host} could not be resolved (${error.code ?? error.message})`;
  const reason = reasons[error.code ?? ""];
  return reason === undefined ? `${where(to)}: ${error.message || (error.code ?? "failed")}` : `${where(to)} ${reason}`;
}
