import { Buffer } from "node:buffer";
import { isIP } from "node:net";
import type { Duplex } from "node:stream";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { ConnectError, messageOf } from "@kiln/sdk";
import { type Address, where } from "../../ssh/client/address.ts";
import { dial, dialTcp } from "../../ssh/client/dial.ts";
import type { ProxySettings } from "../../ssh/settings.ts";
import type { WinrmSettings } from "../settings.ts";
import { HttpConnection } from "./connection.ts";
import { tlsProblem } from "./tls-problem.ts";

/**
 * A connection to the service, with TLS where it is asked for. Through an HTTP proxy, HTTPS and NTLM get a tunnel; requests with basic
 * authentication over plain HTTP are handed to the proxy, as Packer does. Rejects with `ConnectError` of stage `resolve`, `tcp`, `proxy` or
 * `tls`.
 */
export async function dialService(
  to: Address,
  settings: WinrmSettings,
  proxy: ProxySettings | undefined,
  timeout: number,
  signal: AbortSignal,
): Promise<HttpConnection> {
  const plainlyProxied = proxy?.kind === "http" && !settings.ssl && settings.authentication === "basic";
  if (plainlyProxied) {
    const socket = await dialTcp(proxy, timeout, signal).catch((error: unknown) => {
      throw new ConnectError("connect/failed", "proxy", `proxy ${where(proxy)}: ${messageOf(error)}`, error);
    });
    return new HttpConnection(socket, where(to), `http://${where(to)}/wsman`);
  }
  const socket = await dial(to, proxy, timeout, signal);
  const stream = settings.ssl ? await startTls(socket, to, settings.insecure, timeout, signal) : socket;
  return new HttpConnection(stream, where(to), "/wsman");
}

/** The header for a proxy that is handed requests, rather than asked for a tunnel. */
export function proxyHeaders(settings: WinrmSettings, proxy: ProxySettings | undefined): Record<string, string> {
  if (proxy?.kind !== "http" || settings.ssl || settings.authentication !== "basic") return {};
  if (proxy.username === undefined) return {};
  return {
    "Proxy-Authorization": `Basic ${Buffer.from(`${proxy.username}:${proxy.password ?? ""}`).toString("base64")}`,
  };
}

function startTls(
  socket: Duplex,
  to: Address,
  insecure: boolean,
  timeout: number,
  signal: AbortSignal,
): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const tls = connectTls({
      socket,
      ...(isIP(to.host) === 0 && { servername: to.host }),
      host: to.host,
      rejectUnauthorized: !insecure,
      // Windows Server 2008 R2 has nothing newer out of the box; whoever needs that has turned checking off already.
      ...(insecure && { minVersion: "TLSv1" as const }),
    });
    const end = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      tls.removeListener("error", end).removeListener("close", closed);
      if (!error) return resolve(tls);
      tls.on("error", () => {}); // a late error of a socket that nobody uses
      tls.destroy();
      socket.destroy();
      reject(signal.aborted ? (signal.reason as Error) : tlsProblem(error, to));
    };
    const stop = (): void => end(new Error("aborted"));
    const closed = (): void => end(new Error("the connection was closed during the handshake"));
    const timer = setTimeout(() => end(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    signal.addEventListener("abort", stop);
    tls
      .on("error", end)
      .on("close", closed)
      .once("secureConnect", () => end());
  });
}
