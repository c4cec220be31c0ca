import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { ProxySettings } from "../settings.ts";
import { type Address, where } from "./address.ts";

/** A proxy that answers with more than this before its empty line is none. */
const longestAnswer = 64 * 1024;

/** Asks an HTTP proxy for a tunnel (RFC 9110 §9.3.6). What the server sends right behind the answer stays in the socket. */
export function connectThroughHttp(
  socket: Socket,
  to: Address,
  proxy: ProxySettings,
  timeout: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const end = (error?: Error): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      socket.removeListener("data", read).removeListener("error", end).removeListener("close", hungUp);
      socket.pause();
      if (error) reject(error);
      else resolve();
    };
    const stop = (): void => end(new Error("aborted"));
    const hungUp = (): void => end(new Error("the proxy hung up"));
    const timer = setTimeout(() => end(new Error(`no answer within ${timeout / 1000} s`)), timeout);
    const read = (chunk: Buffer): void => {
      got = Buffer.concat([got, chunk]);
      const head = got.indexOf("\r\n\r\n");
      if (head < 0) {
        if (got.length > longestAnswer) end(new Error("what listens there is no HTTP proxy"));
        return;
      }
      const line = got.subarray(0, got.indexOf("\r\n")).toString("latin1");
      const status = /^HTTP\/1\.[01] (\d{3})\s*(.*)$/.exec(line);
      if (!status) return end(new Error("what listens there is no HTTP proxy"));
      if (!status[1]?.startsWith("2")) return end(new Error(`it refused the tunnel: ${status[1]} ${status[2]}`));
      end();
      const rest = got.subarray(head + 4);
      if (rest.length > 0) socket.unshift(rest);
    };
    signal.addEventListener("abort", stop);
    socket.on("data", read).on("error", end).on("close", hungUp);
    const lines = [`CONNECT ${where(to)} HTTP/1.1`, `Host: ${where(to)}`];
    if (proxy.username !== undefined) {
      const pair = Buffer.from(`${proxy.username}:${proxy.password ?? ""}`).toString("base64");
      lines.push(`Proxy-Authorization: Basic ${pair}`);
    }
    socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  });
}
