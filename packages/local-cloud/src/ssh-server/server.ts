import { createServer, type Socket } from "node:net";
import ssh2, { type AuthContext, type PublicKeyAuthContext } from "ssh2";
import { type Account, findAccount } from "./accounts.ts";
import { type AuthorizedKey, findAuthorizedKey } from "./authorized-keys.ts";
import { offerForwarding } from "./forwarding.ts";
import { whenGoingDown } from "./machine-end.ts";
import { type SessionShop, serveSession } from "./session.ts";
import type { TreeView } from "./tree-view.ts";

/**
 * A machine's SSH server. Only public keys let anyone in, as in the cloud images it stands in for, and they are looked up
 * in the machine at every attempt: a provisioner that removes one has locked it out. Resolves once it listens; when the machine
 * goes down it closes, and every connection with it.
 */
export function startSshServer(shop: SessionShop): Promise<{ readonly close: () => void }> {
  const { settings } = shop;
  const ssh = new ssh2.Server({
    hostKeys: [...settings.hostKeys],
    ident: "Kiln-rehearsal",
    keepaliveInterval: 15_000,
  });
  const sockets = new Set<Socket>();
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  ssh.on("connection", (connection, info) => {
    const local = { serverAddress: settings.address, serverPort: settings.listen.port };
    const ends = { clientAddress: info.ip, clientPort: info.port, ...local };
    serveConnection({ shop, connection, ends, drop });
  });
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  whenGoingDown(settings.machineProcess, () => {
    listener.close();
    drop();
  });
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(settings.listen.port, settings.listen.host, () => resolve({ close: () => listener.close() }));
  });
}

type Opened = Pick<Parameters<typeof serveSession>[1], "connection" | "ends" | "drop"> & {
  readonly shop: SessionShop;
};

function serveConnection({ shop, ...opened }: Opened): void {
  const { connection } = opened;
  let entered: { readonly account: Account; readonly key: AuthorizedKey } | undefined;
  connection.on("error", () => connection.end());
  connection.on("authentication", (attempt) => {
    const found = allowed(shop.tree, attempt);
    if (!found) return attempt.reject(["publickey"]);
    if (attempt.method === "publickey" && attempt.signature) entered = found;
    if (attempt.method === "publickey" && !attempt.signature) nameAlgorithm(attempt);
    attempt.accept();
  });
  connection.on("ready", () => {
    if (!entered) return void connection.end();
    const { account, key } = entered;
    offerForwarding(connection, shop.tree);
    const login = { ...opened, account, ...(key.command !== undefined && { forcedCommand: key.command }) };
    connection.on("session", (accept) => serveSession(shop, login, accept()));
  });
}

/**
 * A client that asks about an RSA key names a signature algorithm, and Go's client goes on only if the answer names the
 * same one (RFC 8332 §3). ssh2 answers with the key's name, so the algorithm asked about is put in its place.
 */
function nameAlgorithm(attempt: PublicKeyAuthContext): void {
  if (attempt.key.algo !== "ssh-rsa" || attempt.hashAlgo === undefined) return;
  attempt.key.algo = attempt.hashAlgo === "sha512" ? "rsa-sha2-512" : "rsa-sha2-256";
}

function allowed(
  tree: TreeView,
  attempt: AuthContext,
): { readonly account: Account; readonly key: AuthorizedKey } | undefined {
  if (attempt.method !== "publickey") return undefined;
  const account = findAccount(tree, attempt.username);
  const key = account && findAuthorizedKey(tree, account, attempt.key.data);
  if (!account || !key || !isProven(attempt)) return undefined;
  return { account, key };
}

/** A client first asks whether a key would do, without a signature; then it signs. */
function isProven(attempt: PublicKeyAuthContext): boolean {
  if (!attempt.signature) return true;
  const key = ssh2.utils.parseKey(attempt.key.data);
  if (key instanceof Error || !attempt.blob) return false;
  return key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true;
}
