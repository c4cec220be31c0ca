import { Buffer } from "node:buffer";
import { randomBytes, timingSafeEqual } from "node:crypto";
import { clientFlags, fileTime, messageCode } from "./client.ts";
import { hmacMd5, ntHash, ntlmV2Key } from "./keys.ts";
import {
  type AuthenticateMessage,
  decodeAuthenticate,
  decodeNegotiate,
  encodeChallenge,
  ntlmFlag,
} from "./messages.ts";
import { Rc4 } from "./rc4.ts";
import { NtlmSession } from "./session.ts";
import { avId, decodeTargetInfo, encodeTargetInfo, micFlag } from "./target-info.ts";

/** The server's side of one login, on one connection. */
export class NtlmServer {
  readonly #computer: string;
  readonly #passwordOf: (user: string, domain: string) => string | Uint8Array | undefined;
  readonly #serverChallenge = randomBytes(8);
  #negotiate: Buffer = Buffer.alloc(0);
  #challenge: Buffer = Buffer.alloc(0);

  /**
   * `computer` is the NetBIOS name, at most 15 characters; `passwordOf` gives a password or its NT hash, and undefined for users that do
   * not exist.
   */
  constructor(computer: string, passwordOf: (user: string, domain: string) => string | Uint8Array | undefined) {
    this.#computer = computer;
    this.#passwordOf = passwordOf;
  }

  /** The challenge that answers the first message. Throws `BadNtlmMessage`. */
  challenge(negotiate: Buffer): Buffer {
    const { flags } = decodeNegotiate(negotiate);
    const name = Buffer.from(this.#computer, "utf16le");
    const dns = Buffer.from(this.#computer.toLowerCase(), "utf16le");
    const info = new Map<number, Buffer>([
      [avId.domainName, name],
      [avId.computerName, name],
      [avId.dnsDomainName, dns],
      [avId.dnsComputerName, dns],
      [avId.timestamp, fileTime(Date.now())],
    ]);
    this.#negotiate = Buffer.from(negotiate);
    this.#challenge = encodeChallenge({
      flags: ((flags & clientFlags) | ntlmFlag.targetInfo | ntlmFlag.targetTypeServer) >>> 0,
      targetName: this.#computer,
      serverChallenge: this.#serverChallenge,
      targetInfo: encodeTargetInfo(info),
    });
    return this.#challenge;
  }

  /** The session of a right login; undefined for a wrong one. Throws `BadNtlmMessage` for what is no login at all. */
  accept(authenticate: Buffer): { readonly user: string; readonly session: NtlmSession } | undefined {
    const message = decodeAuthenticate(authenticate);
    const password = this.#passwordOf(message.user, message.domain);
    if (password === undefined) return undefined;
    const proved = this.#proved(
      message,
      ntlmV2Key(typeof password === "string" ? ntHash(password) : Buffer.from(password), message.user, message.domain),
    );
    if (!proved) return undefined;
    const exchange = (message.flags & ntlmFlag.keyExchange) !== 0;
    const sessionKey = exchange
      ? new Rc4(proved.sessionBaseKey).apply(message.encryptedSessionKey)
      : proved.sessionBaseKey;
    if (proved.micDue) {
      const mic = messageCode(sessionKey, this.#negotiate, this.#challenge, authenticate);
      if (!message.mic || !timingSafeEqual(mic, message.mic)) return undefined;
    }
    return { user: message.user, session: new NtlmSession(sessionKey, "server", exchange) };
  }

  #proved(
    { ntResponse }: AuthenticateMessage,
    key: Buffer,
  ): { readonly sessionBaseKey: Buffer; readonly micDue: boolean } | undefined {
    // NTLMv1 has 24 bytes, NTLMv2 its proof and at least the fixed part of the blob.
    if (ntResponse.length < 16 + 28) return undefined;
    const proof = ntResponse.subarray(0, 16);
    const blob = ntResponse.subarray(16);
    if (!timingSafeEqual(hmacMd5(key, this.#serverChallenge, blob), proof)) return undefined;
    const flags = decodeTargetInfo(blob.subarray(28)).get(avId.flags)?.readUInt32LE(0) ?? 0;
    return { sessionBaseKey: hmacMd5(key, proof), micDue: (flags & micFlag) !== 0 };
  }
}
