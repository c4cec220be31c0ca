import { connect, createServer, type Server, type Socket } from "node:net";
import type { Channel, Connection } from "ssh2";
import type { TreeView } from "./tree-view.ts";

/**
 * TCP both ways through a connection, and local sockets towards the machine. This process lives in the machine's network, so
 * `localhost` is the machine.
 */
export function offerForwarding(connection: Connection, tree: TreeView): void {
  connection.on("tcpip", (accept, reject, info) => {
    join(connect({ host: info.destIP, port: info.destPort, noDelay: true }), accept, reject);
  });
  connection.on("openssh.streamlocal", (accept, reject, info) => {
    join(connect({ path: tree.resolve(info.socketPath) }), accept, reject);
  });
  const listening = new Map<string, Server>();
  connection.on("request", (accept, reject, name, info) => {
    if (name === "tcpip-forward") return listen(connection, listening, info, accept, reject);
    const key = name === "cancel-tcpip-forward" ? `${info.bindAddr} ${info.bindPort}` : "";
    const server = listening.get(key);
    if (!server) return reject?.();
    listening.delete(key);
    server.close();
    accept?.();
  });
  connection.on("close", () => {
    for (const server of listening.values()) server.close();
  });
}

function join(socket: Socket, accept: () => Channel, reject: () => void): void {
  socket.once("connect", () => {
    const channel = accept();
    splice(channel, socket);
  });
  socket.once("error", reject);
}

function splice(channel: Channel, socket: Socket): void {
  socket.on("error", () => channel.close());
  socket.on("close", () => channel.close());
  channel.on("error", () => socket.destroy());
  channel.on("close", () => socket.destroy());
  channel.pipe(socket);
  // Half-closed for as long as the other half has something to say.
  socket.pipe(channel, { end: false });
  socket.on("end", () => channel.eof());
}

interface Bind {
  readonly bindAddr: string;
  readonly bindPort: number;
}

function listen(
  connection: Connection,
  listening: Map<string, Server>,
  info: Bind,
  accept?: (port?: number) => void,
  reject?: () => void,
): void {
  const host =
    info.bindAddr === "" || info.bindAddr === "*"
      ? "0.0.0.0"
      : info.bindAddr === "localhost"
        ? "127.0.0.1"
        : info.bindAddr;
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (socket) => {
    const { remoteAddress = "127.0.0.1", remotePort = 0 } = socket;
    const port = portOf(server);
    connection.forwardOut(info.bindAddr, port, remoteAddress, remotePort, (error, channel) => {
      if (error) socket.destroy();
      else splice(channel, socket);
    });
  });
  server.once("error", () => reject?.());
  server.listen(info.bindPort, host, () => {
    const port = portOf(server);
    listening.set(`${info.bindAddr} ${port}`, server);
    accept?.(port);
  });
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}
