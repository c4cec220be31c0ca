import { connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { messageOf } from "@kiln/sdk";
import type { TcpConnectionDetails } from "ssh2";
import type { Tunnel } from "../tunnel-text.ts";
import type { Link } from "./link.ts";
import { LocalProblem } from "./reach.ts";

/** Listens on local ports whose connections go through the machine. `link` is asked at each connection, since it may have changed. */
export async function openLocalTunnels(
  tunnels: readonly Tunnel[],
  link: () => Promise<Link>,
): Promise<readonly AsyncDisposable[]> {
  const open: AsyncDisposable[] = [];
  try {
    for (const tunnel of tunnels) open.push(await openLocalTunnel(tunnel, link));
    return open;
  } catch (error) {
    for (const one of open) await one[Symbol.asyncDispose]();
    throw error;
  }
}

function openLocalTunnel(tunnel: Tunnel, link: () => Promise<Link>): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket)).on("error", () => {});
    link().then(
      ({ client }) => {
        client.forwardOut("127.0.0.1", socket.remotePort ?? 0, tunnel.host, tunnel.port, (error, stream) => {
          if (error) return void socket.destroy();
          join(socket, stream);
        });
      },
      () => socket.destroy(),
    );
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
  return new Promise((resolve, reject) => {
    server.once("error", (error) => {
      const text = `The local tunnel on port ${tunnel.listenPort} cannot be opened: ${messageOf(error)}`;
      reject(new LocalProblem("connect/failed", "shell", text, error));
    });
    server.listen(tunnel.listenPort, "localhost", () => {
      server.unref();
      resolve({ [Symbol.asyncDispose]: close });
    });
  });
}

/** Asks the machine to listen on ports of its own that lead back here; they live as long as the connection. */
export async function openRemoteTunnels(tunnels: readonly Tunnel[], link: Link): Promise<void> {
  if (tunnels.length === 0) return;
  const byPort = new Map(tunnels.map((tunnel) => [tunnel.listenPort, tunnel]));
  const connectBack = (details: TcpConnectionDetails, accept: () => Duplex, refuse: () => void): void => {
    const tunnel = byPort.get(details.destPort);
    if (!tunnel) return refuse();
    const socket = connect({ host: tunnel.host, port: tunnel.port, noDelay: true });
    let accepted = false;
    socket.once("connect", () => {
      accepted = true;
      join(socket, accept());
    });
    socket.once("error", () => {
      if (!accepted) refuse();
    });
    link.onClose(() => socket.destroy());
  };
  link.client.on("tcp connection", connectBack as never);
  for (const { listenPort } of tunnels) {
    await new Promise<void>((resolve, reject) => {
      link.client.forwardIn("localhost", listenPort, (error) => {
        if (!error) return resolve();
        const text = `The machine refused to listen on its port ${listenPort} for ssh_remote_tunnels: ${messageOf(error)}`;
        reject(new LocalProblem("connect/failed", "shell", text, error));
      });
    });
  }
}

function join(socket: Socket, stream: Duplex): void {
  socket.on("error", () => stream.destroy());
  stream.on("error", () => socket.destroy());
  stream.on("close", () => socket.destroy());
  socket.pipe(stream).pipe(socket);
}
