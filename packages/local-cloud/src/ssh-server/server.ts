import { createServer } from "node:net";
import ssh2, { type AuthContext, type Connection, type PublicKeyAuthContext } from "ssh2";
import { type Account, findAccount } from "./accounts.ts";
import { type AuthorizedKey, findAuthorizedKey } from "./authorized-keys.ts";
import { offerForwarding } from "./forwarding.ts";
import { type SessionShop, serveSession } from "./session.ts";
import type { TreeView } from "./tree-view.ts";

/**
 * A machine's SSH server. Only public keys let anyone in, as in the cloud images it stands in for, and they are looked up
 * in the machine at every attempt: a provisioner that removes one has locked it out. Resolves once it listens.
 */
export function startSshServer(shop: SessionShop): Promise<{ readonly close: () => void }> {
  const { settings } = shop;
  const ssh = new ssh2.Server({
    hostKeys: [...settings.hostKeys],
    ident: "Kiln-rehearsal",
    keepaliveInterval: 15_000,
  });
  ssh.on("connection", (connection, info) => {
    const local = { serverAddress: settings.address, serverPort: settings.listen.port };
    serveConnection(shop, connection, { clientAddress: info.ip, clientPort: info.port, ...local });
  });
  const listener = createServer({ noDelay: true }, (socket) => ssh.injectSocket(socket));
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(settings.listen.port, settings.listen.host, () => resolve({ close: () => listener.close() }));
  });
}

type Ends = Parameters<typeof serveSession>[1]["ends"];

function serveConnection(shop: SessionShop, connection: Connection, ends: Ends): void {
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
    const login = { connection, account, ends, ...(key.command !== undefined && { forcedCommand: key.command }) };
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
