import { Buffer } from "node:buffer";
import { createHmac, randomBytes } from "node:crypto";
import { hmacMd5, ntHash, ntlmV2Key } from "./keys.ts";
import {
  BadNtlmMessage,
  decodeChallenge,
  encodeAuthenticate,
  encodeNegotiate,
  micOffset,
  ntlmFlag,
} from "./messages.ts";
import { Rc4 } from "./rc4.ts";
import { NtlmSession } from "./session.ts";
import { avId, decodeTargetInfo, encodeTargetInfo, micFlag } from "./target-info.ts";

export interface NtlmLogin {
  readonly user: string;
  readonly domain: string;
  readonly password: string;
  readonly workstation: string;
  /** Ties the login to the TLS connection: the MD5 of its channel bindings. */
  readonly channelBindings?: Buffer;
}

/** What chance and the clock give; tests fix them. */
export interface NtlmChance {
  readonly clientChallenge: Buffer;
  readonly sessionKey: Buffer;
  /** 100 ns since 1601, as eight bytes; used where the server names no time of its own. */
  readonly timestamp: Buffer;
}

export const clientFlags =
  (ntlmFlag.unicode |
    ntlmFlag.requestTarget |
    ntlmFlag.sign |
    ntlmFlag.seal |
    ntlmFlag.ntlm |
    ntlmFlag.alwaysSign |
    ntlmFlag.extendedSessionSecurity |
    ntlmFlag.targetInfo |
    ntlmFlag.version |
    ntlmFlag.key128 |
    ntlmFlag.keyExchange |
    ntlmFlag.key56) >>>
  0;

/** The client's side of one login: the first message, then the answer to the challenge. */
export class NtlmClient {
  readonly negotiate = encodeNegotiate({ flags: clientFlags });
  readonly #login: NtlmLogin;

  constructor(login: NtlmLogin) {
    this.#login = login;
  }

  /** Throws `BadNtlmMessage` for a challenge that does not allow NTLMv2 with signing and sealing. */
  answer(
    challengeBytes: Buffer,
    chance: NtlmChance = freshChance(),
  ): { readonly authenticate: Buffer; readonly session: NtlmSession } {
    const challenge = decodeChallenge(challengeBytes);
    const needed = ntlmFlag.unicode | ntlmFlag.extendedSessionSecurity | ntlmFlag.key128;
    if ((challenge.flags & needed) !== needed) {
      throw new BadNtlmMessage("the server offers no NTLMv2 with 128-bit session security");
    }
    const login = this.#login;
    const flags = (challenge.flags & clientFlags) >>> 0;
    const info = new Map(decodeTargetInfo(challenge.targetInfo));
    const serverTime = info.get(avId.timestamp);
    if (serverTime) {
      const said = info.get(avId.flags)?.readUInt32LE(0) ?? 0;
      const withMic = Buffer.alloc(4);
      withMic.writeUInt32LE((said | micFlag) >>> 0);
      info.set(avId.flags, withMic);
    }
    if (login.channelBindings) info.set(avId.channelBindings, login.channelBindings);
    const key = ntlmV2Key(ntHash(login.password), login.user, login.domain);
    const { clientChallenge, sessionKey } = chance;
    const nt = ntlmV2Response(key, challenge.serverChallenge, {
      timestamp: serverTime ?? chance.timestamp,
      clientChallenge,
      targetInfo: encodeTargetInfo(info),
    });
    const lm = serverTime
      ? Buffer.alloc(24)
      : Buffer.concat([hmacMd5(key, challenge.serverChallenge, clientChallenge), clientChallenge]);
    const exchange = (flags & ntlmFlag.keyExchange) !== 0;
    const exported = exchange ? sessionKey : nt.sessionBaseKey;
    const authenticate = encodeAuthenticate({
      flags,
      lmResponse: lm,
      ntResponse: nt.response,
      domain: login.domain,
      user: login.user,
      workstation: login.workstation,
      encryptedSessionKey: exchange ? new Rc4(nt.sessionBaseKey).apply(sessionKey) : Buffer.alloc(0),
      ...(serverTime && { mic: Buffer.alloc(16) }),
    });
    if (serverTime) messageCode(exported, this.negotiate, challengeBytes, authenticate).copy(authenticate, micOffset);
    return { authenticate, session: new NtlmSession(exported, "client", exchange) };
  }
}

/** NTLMv2's proof and what follows it. Source: [MS-NLMP] 3.3.2. */
export function ntlmV2Response(
  key: Buffer,
  serverChallenge: Buffer,
  of: { readonly timestamp: Buffer; readonly clientChallenge: Buffer; readonly targetInfo: Buffer },
): { readonly response: Buffer; readonly sessionBaseKey: Buffer } {
  const blob = Buffer.concat([
    Buffer.from([1, 1, 0, 0, 0, 0, 0, 0]),
    of.timestamp,
    of.clientChallenge,
    Buffer.alloc(4),
    of.targetInfo,
    Buffer.alloc(4),
  ]);
  const proof = hmacMd5(key, serverChallenge, blob);
  return { response: Buffer.concat([proof, blob]), sessionBaseKey: hmacMd5(key, proof) };
}

/** The MIC over the three messages; in the last one its own place counts as zeros. */
export function messageCode(sessionKey: Buffer, negotiate: Buffer, challenge: Buffer, authenticate: Buffer): Buffer {
  const blank = Buffer.from(authenticate);
  blank.fill(0, micOffset, micOffset + 16);
  return createHmac("md5", sessionKey).update(negotiate).update(challenge).update(blank).digest();
}

function freshChance(): NtlmChance {
  return { clientChallenge: randomBytes(8), sessionKey: randomBytes(16), timestamp: fileTime(Date.now()) };
}

/** Milliseconds since 1970 as Windows' file time. */
export function fileTime(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE((BigInt(Math.trunc(ms)) + 11_644_473_600_000n) * 10_000n);
  return bytes;
}
