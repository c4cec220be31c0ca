import { createSocket } from "node:dgram";
import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * Carries TCP connections from an address that machines reach to one that only the host reaches (a proxy or a name server on
 * loopback). Resolves with the port it took.
 */
export function relayTcp(
  listen: { readonly host: string; readonly port: number },
  to: { readonly host: string; readonly port: number },
): Promise<AsyncDisposable & { readonly port: number }> {
  const open = new Set<Socket>();
  const server: Server = createServer((inner) => {
    const outer = connect(to);
    for (const socket of [inner, outer]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        open.delete(socket);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer).pipe(inner);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(listen.port, listen.host, () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address ? address.port : 0,
        async [Symbol.asyncDispose]() {
          for (const socket of open) socket.destroy();
          await new Promise((closed) => server.close(closed));
        },
      });
    });
  });
}

/** Carries name lookups over UDP to a server on the host's loopback, each with a socket of its own for five seconds. */
export function relayNames(
  listen: { readonly host: string; readonly port: number },
  to: { readonly host: string; readonly port: number },
): Promise<AsyncDisposable> {
  const server = createSocket("udp4");
  const asking = new Set<{ close(): void }>();
  server.on("message", (question, from) => {
    const asker = createSocket(to.host.includes(":") ? "udp6" : "udp4");
    const end = (): void => {
      clearTimeout(timer);
      if (asking.delete(asker)) asker.close();
    };
    const timer = setTimeout(end, 5_000);
    asking.add(asker);
    asker.on("error", end);
    asker.on("message", (answer) => {
      server.send(answer, from.port, from.address);
      end();
    });
    asker.send(question, to.port, to.host);
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.bind(listen.port, listen.host, () => {
      server.on("error", () => undefined);
      resolve({
        async [Symbol.asyncDispose]() {
          for (const asker of asking) asker.close();
          asking.clear();
          await new Promise<void>((closed) => server.close(() => closed()));
        },
      });
    });
  });
}
