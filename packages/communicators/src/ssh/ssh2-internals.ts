import type { Buffer } from "node:buffer";
import { createSecretKey, type KeyObject } from "node:crypto";
import type { Duplex } from "node:stream";
import type { BaseAgent, Client, Connection } from "ssh2";
// The package has no `exports` map; the version is pinned, and the suite against a real sshd notices when these parts move.
import protocolParts from "ssh2/lib/protocol/utils.js";

/**
 * The few parts of ssh2 below its public interface that Kiln needs: to send requests on a channel without waiting for each answer, and
 * to log in with certificates, which ssh2 does not know.
 */
export interface Protocol {
  readonly _kex: { readonly sessionID: Buffer };
  readonly _authsQueue: string[];
  readonly _handlers: { EXT_INFO?: (protocol: Protocol, extensions: readonly Extension[]) => void };
  readonly _packetRW: {
    readonly write: { readonly allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer };
  };
  readonly _cipher: { _encKey?: Buffer | KeyObject };
  readonly _decipher: { _decipherKey?: Buffer | KeyObject };
  authPK(username: string, key: unknown, algorithm?: string, sign?: unknown): void;
  authNone(username: string): void;
  session(channel: number, window: number, packetSize: number): void;
  exec(channel: number, command: string, wantReply: boolean): void;
  subsystem(channel: number, name: string, wantReply: boolean): void;
  signal(channel: number, name: string): void;
  pty(
    channel: number,
    rows: number,
    columns: number,
    height: number,
    width: number,
    term: string,
    modes: Readonly<Record<string, number>>,
    wantReply: boolean,
  ): void;
  openssh_agentForward(channel: number, wantReply: boolean): void;
  ping(): void;
}
export interface Extension {
  readonly name: string;
  readonly algs?: readonly string[];
}

/** A session channel: a stream of standard output with standard error beside it; writing is standard input. */
export interface Channel extends Duplex {
  readonly stderr: Duplex;
  readonly outgoing: { readonly id: number; readonly state: "open" | "eof" | "closing" | "closed" };
  readonly incoming: { readonly state: "open" | "eof" | "closing" | "closed" };
  readonly _callbacks: ((failed: boolean) => void)[];
  subtype?: string;
  close(): void;
}

export interface Inside {
  readonly _protocol: Protocol;
  readonly _sock: Duplex | undefined;
  /** The server's software version, known once its first line has come. */
  readonly _remoteVer: string | undefined;
  readonly _callbacks: ((failed: boolean | Error) => void)[];
  readonly _chanMgr: {
    add(opened: ((error: Error | undefined, channel?: Channel) => void) & { type?: string }): number;
  };
  /** Where channels that the server opens to the forwarded agent lead. */
  _agent: BaseAgent | undefined;
  _agentFwdEnabled: boolean;
}

export function inside(client: Client): Inside {
  return client as unknown as Inside;
}

/** The protocol of a connection that a server was given. */
export function protocolOf(connection: Connection): Protocol {
  return (connection as unknown as { readonly _protocol: Protocol })._protocol;
}

/** Encrypts and sends one payload (message number first), queueing it while keys are exchanged. */
export function sendPayload(protocol: Protocol, payload: Uint8Array): void {
  const { write } = protocol._packetRW;
  const packet = write.alloc(payload.length);
  packet.set(payload, write.allocStart);
  (protocolParts as { sendPacket(protocol: Protocol, packet: Buffer): void }).sendPacket(
    protocol,
    write.finalize(packet),
  );
}

/**
 * ssh2 makes an AES-GCM cipher for every packet, and Node a key out of the key's bytes for every cipher, which costs more than to
 * encrypt 32 KiB: give it the key ready made. To be called after every key exchange.
 */
export function keepCipherKeys({ _cipher: out, _decipher: incoming }: Pick<Protocol, "_cipher" | "_decipher">): void {
  if (out._encKey instanceof Uint8Array) out._encKey = createSecretKey(out._encKey);
  if (incoming._decipherKey instanceof Uint8Array) incoming._decipherKey = createSecretKey(incoming._decipherKey);
}
