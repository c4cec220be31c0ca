import type { KeyObject } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import { type Communicator, codeOf, messageOf, type ServeSshOptions, type SshServer, StepError } from "@kiln/sdk";
import ssh2, { type AuthContext, type Connection, type ParsedKey } from "ssh2";
import { generateKeyPair } from "../keys/generate.ts";
import { openSshPrivateKey } from "../keys/openssh-format.ts";
import { readPrivateKey } from "../keys/private-key.ts";
import { keepCipherKeys, protocolOf } from "../ssh2-internals.ts";
import { PosixFiles } from "./files/posix-files.ts";
import { WindowsFiles } from "./files/windows-files.ts";
import { serveSession } from "./session.ts";
import { SftpPlan } from "./sftp/serve-sftp.ts";

const loopback = "127.0.0.1";
const portsToTry = 10;
/** Communicators whose machines have PowerShell and no POSIX shell. */
const windowsKinds: ReadonlySet<string> = new Set(["winrm", "dockerWindowsContainer"]);
/** Those that the processor does itself; clients that prefer another find these acceptable. */
const ciphers = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes128-ctr", "aes256-ctr"] as const;

/** An SSH and SFTP server on loopback whose other end is a machine, whatever its communicator. One user, one key. */
export async function serveSsh(communicator: Communicator, options: ServeSshOptions): Promise<SshServer> {
  const made = options.authorizedKey === undefined ? await makeKey(options.keyType ?? "ecdsa") : undefined;
  const key = readPublicKey(options.authorizedKey ?? made?.publicKey ?? "");
  const hostKey = options.hostKey ?? (await generateKeyPair("ed25519", undefined, "kiln")).privateKey;
  const closing = new AbortController();
  const sockets = new Set<Socket>();
  const shop = {
    communicator,
    sftp: new SftpPlan(communicator, options.sftpCommand),
    filesOf: (signal: AbortSignal) =>
      windowsKinds.has(communicator.kind)
        ? new WindowsFiles(communicator, signal)
        : new PosixFiles(communicator, signal),
  };
  const ssh = sshServer(hostKey);
  ssh.on("connection", (connection: Connection) => {
    const gone = new AbortController();
    connection.on("error", () => connection.end());
    connection.on("handshake", () => keepCipherKeys(protocolOf(connection)));
    connection.on("close", () => gone.abort(new Error("the client went away")));
    connection.on("authentication", (attempt) => judge(attempt, options.user, key));
    const signal = AbortSignal.any([gone.signal, closing.signal]);
    connection.on("session", (accept) => serveSession(shop, accept(), signal));
  });
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    ssh.injectSocket(socket);
  });
  const port = await listen(listener, options.port ?? 0);
  return {
    host: loopback,
    port,
    ...(made && { privateKey: made.privateKey }),
    [Symbol.asyncDispose]: async () => {
      closing.abort(new Error("the server is closing"));
      const closed = new Promise<void>((resolve) => listener.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** RSA of 2048 bits: it lives for one provisioner. */
function makeKey(kind: "ecdsa" | "rsa"): ReturnType<typeof generateKeyPair> {
  return kind === "rsa" ? generateKeyPair("rsa", 2048, "kiln") : generateKeyPair("ecdsa", 384, "kiln");
}

function readPublicKey(line: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(line);
  if (parsed instanceof Error) {
    throw new StepError(`the authorized key cannot be read: ${parsed.message}`, { code: "ssh-server/key" });
  }
  return parsed;
}

function sshServer(hostKey: string): InstanceType<typeof ssh2.Server> {
  const read = readPrivateKey(hostKey);
  if (read.is !== "key") {
    const why = read.is === "locked" ? "it has a passphrase" : read.why;
    throw new StepError(`the host key cannot be used: ${why}`, { code: "ssh-server/key" });
  }
  return new ssh2.Server({
    hostKeys: [inOwnForm(read.key.key)],
    ident: "Kiln",
    algorithms: { cipher: [...ciphers] },
  });
}

/** As ssh2 reads it, which knows no PKCS#8. */
function inOwnForm(key: KeyObject): string {
  if (key.asymmetricKeyType === "ed25519") return openSshPrivateKey(key, "kiln");
  const type = key.asymmetricKeyType === "ec" ? "sec1" : "pkcs1";
  return key.export({ format: "pem", type }).toString();
}

/** A client first asks whether a key would do, without a signature; then it signs. */
function judge(attempt: AuthContext, user: string, key: ParsedKey): void {
  const isKey =
    attempt.method === "publickey" &&
    attempt.username === user &&
    attempt.key.data.equals(key.getPublicSSH()) &&
    (!attempt.signature ||
      (attempt.blob !== undefined && key.verify(attempt.blob, attempt.signature, attempt.hashAlgo) === true));
  if (!isKey || attempt.method !== "publickey") return attempt.reject(["publickey"]);
  // Go's client goes on only if the answer names the algorithm it asked about (RFC 8332 §3); ssh2 names the key's.
  if (!attempt.signature && attempt.key.algo === "ssh-rsa" && attempt.hashAlgo !== undefined) {
    attempt.key.algo = attempt.hashAlgo === "sha512" ? "rsa-sha2-512" : "rsa-sha2-256";
  }
  attempt.accept();
}

/** Takes the port asked for or one of those after it. */
async function listen(listener: Server, first: number): Promise<number> {
  for (let port = first; ; port++) {
    try {
      return await listenOn(listener, port);
    } catch (error) {
      if (codeOf(error) === "EADDRINUSE" && first !== 0 && port + 1 < first + portsToTry) continue;
      const tried = first === 0 ? "any port" : `a port from ${first} to ${port}`;
      throw new StepError(`the SSH server for provisioners could not listen on ${tried}: ${messageOf(error)}`, {
        code: "ssh-server/port",
        cause: error,
      });
    }
  }
}

function listenOn(listener: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    listener.once("error", reject);
    listener.listen(port, loopback, () => {
      listener.removeListener("error", reject);
      const address = listener.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}
