import { chmodSync, chownSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { Channel, Connection } from "ssh2";
import type { Account } from "./accounts.ts";
import type { TreeView } from "./tree-view.ts";

/** The corner of ssh2 that opens a channel of a kind its server side does not offer: the same calls, one level down. */
interface Internals {
  readonly _chanMgr: {
    add(opened: ((error: Error | undefined, channel: Channel) => void) & { type?: string }): number;
  };
  readonly _protocol: { openssh_authAgent(channel: number, window: number, packet: number): void };
}

/**
 * Forwards the client's agent: a socket below the machine's `/tmp`, for this user alone. Returns its path inside the machine
 * and what removes it.
 */
export function forwardAgent(
  connection: Connection,
  tree: TreeView,
  account: Account,
): { readonly path: string; readonly close: () => void } {
  const folder = `/tmp/ssh-${Math.random().toString(36).slice(2, 12)}`;
  const outside = tree.resolve(folder);
  mkdirSync(outside, { mode: 0o700 });
  const server = createServer((socket) => {
    const internals = connection as unknown as Internals;
    const opened = (error: Error | undefined, channel: Channel): void => {
      if (error) return void socket.destroy();
      channel.on("error", () => socket.destroy());
      channel.on("close", () => socket.destroy());
      socket.pipe(channel).pipe(socket);
    };
    const local = internals._chanMgr.add(Object.assign(opened, { type: "auth-agent@openssh.com" }));
    if (local === -1) socket.destroy();
    else internals._protocol.openssh_authAgent(local, 2 * 1024 * 1024, 32 * 1024);
    socket.on("error", () => socket.destroy());
  });
  server.on("error", () => undefined);
  server.listen(`${outside}/agent`, () => {
    chmodSync(`${outside}/agent`, 0o600);
    chownSync(`${outside}/agent`, account.uid, account.gid);
    chownSync(outside, account.uid, account.gid);
  });
  const close = (): void => {
    server.close();
    rmSync(outside, { recursive: true, force: true });
  };
  return { path: `${folder}/agent`, close };
}
