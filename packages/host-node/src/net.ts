import { createServer, connect as netConnect, type Socket } from "node:net";
import type { Duplex, Host, SocketAddress } from "@kiln/sdk";
import { codeOf } from "@kiln/sdk";

function duplexOf(socket: Socket): Duplex {
  socket.on("error", () => {});
  return {
    input: socket as AsyncIterable<Uint8Array>,
    write: (bytes) =>
      new Promise((resolve, reject) => {
        socket.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
    end: () => void socket.end(),
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}

function connect(to: SocketAddress, signal: AbortSignal): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = "path" in to ? netConnect(to.path) : netConnect({ host: to.host, port: to.port, noDelay: true });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason);
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      resolve(duplexOf(socket));
    });
    socket.once("error", (error) => {
      signal.removeEventListener("abort", abort);
      reject(error);
    });
  });
}

function listenOn(
  on: SocketAddress,
  onConnection: (socket: Duplex) => void,
): Promise<AsyncDisposable & { readonly port: number }> {
  return new Promise((resolve, reject) => {
    const open = new Set<Socket>();
    const server = createServer({ noDelay: true }, (socket) => {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      onConnection(duplexOf(socket));
    });
    server.once("error", reject);
    server.listen("path" in on ? { path: on.path } : { host: on.host, port: on.port }, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        [Symbol.asyncDispose]: () =>
          new Promise<void>((done) => {
            for (const socket of open) socket.destroy();
            server.close(() => done());
          }),
      });
    });
  });
}

async function freePort(range?: readonly [number, number]): Promise<number> {
  const tryPort = async (port: number): Promise<number> => {
    const server = await listenOn({ host: "127.0.0.1", port }, () => {});
    const got = server.port;
    await server[Symbol.asyncDispose]();
    return got;
  };
  if (!range) return tryPort(0);
  const [low, high] = range;
  const span = high - low + 1;
  // Start somewhere in the range: two builds that look at once rarely meet.
  const start = Math.floor(Math.random() * span);
  for (let i = 0; i < span; i++) {
    try {
      return await tryPort(low + ((start + i) % span));
    } catch (error) {
      if (codeOf(error) !== "EADDRINUSE" && codeOf(error) !== "EACCES") throw error;
    }
  }
  throw Object.assign(new Error(`no free port between ${low} and ${high}`), { code: "EADDRINUSE" });
}

/** Sockets of this machine. */
export const nodeNet: Omit<Host["net"], "addresses"> = {
  connect,
  freePort,
  listen: listenOn,
  serveFiles: async (root, options) => (await import("./file-server.ts")).serveFiles(root, options),
};
