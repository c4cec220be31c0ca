import { createServer, connect as dial, type Socket } from "node:net";

/** A port that leads to another with half a round trip of delay in each direction; nothing else is slowed. */
export async function delayed(port: number, roundTrip: number): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  const late = (from: Socket, to: Socket): void => {
    const after = (act: () => void): void => void setTimeout(act, roundTrip / 2);
    from.on("data", (bytes) => after(() => to.write(bytes)));
    from.on("end", () => after(() => to.end()));
    from.on("error", () => {}).on("close", () => after(() => to.destroy()));
  };
  const server = createServer({ noDelay: true }, (client) => {
    const onward = dial({ port, host: "127.0.0.1", noDelay: true });
    for (const socket of [client, onward]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    late(client, onward);
    late(onward, client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
