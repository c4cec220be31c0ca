import { Buffer } from "node:buffer";

/** Negotiate flags. Source: [MS-NLMP] 2.2.2.5. */
export const ntlmFlag = {
  unicode: 0x0000_0001,
  requestTarget: 0x0000_0004,
  sign: 0x0000_0010,
  seal: 0x0000_0020,
  ntlm: 0x0000_0200,
  alwaysSign: 0x0000_8000,
  targetTypeDomain: 0x0001_0000,
  targetTypeServer: 0x0002_0000,
  extendedSessionSecurity: 0x0008_0000,
  targetInfo: 0x0080_0000,
  version: 0x0200_0000,
  key128: 0x2000_0000,
  keyExchange: 0x4000_0000,
  key56: 0x8000_0000,
} as const;

export interface NegotiateMessage {
  readonly flags: number;
}
export interface ChallengeMessage {
  readonly flags: number;
  readonly targetName: string;
  readonly serverChallenge: Buffer;
  readonly targetInfo: Buffer;
}
export interface AuthenticateMessage {
  readonly flags: number;
  readonly lmResponse: Buffer;
  readonly ntResponse: Buffer;
  readonly domain: string;
  readonly user: string;
  readonly workstation: string;
  readonly encryptedSessionKey: Buffer;
  /** 16 bytes; present where room was left for it. */
  readonly mic?: Buffer;
}

/** What came is no NTLM message, or not the one that was due. */
export class BadNtlmMessage extends Error {
  static {
    this.prototype.name = "BadNtlmMessage";
  }
}

const signature = Buffer.from("NTLMSSP\0", "latin1");
/** 6.1 build 7601, NTLM revision 15: what Windows 7 and later say in their shape. */
const version = Buffer.from([6, 1, 0xb1, 0x1d, 0, 0, 0, 15]);

export function encodeNegotiate({ flags }: NegotiateMessage): Buffer {
  const message = Buffer.alloc(40);
  head(message, 1);
  message.writeUInt32LE(flags >>> 0, 12);
  version.copy(message, 32);
  return message;
}

export function decodeNegotiate(message: Buffer): NegotiateMessage {
  expectType(message, 1, 16);
  return { flags: message.readUInt32LE(12) };
}

export function encodeChallenge(challenge: ChallengeMessage): Buffer {
  const name = Buffer.from(challenge.targetName, "utf16le");
  const message = Buffer.alloc(56);
  head(message, 2);
  field(message, 12, name.length, 56);
  message.writeUInt32LE(challenge.flags >>> 0, 20);
  challenge.serverChallenge.copy(message, 24);
  field(message, 40, challenge.targetInfo.length, 56 + name.length);
  version.copy(message, 48);
  return Buffer.concat([message, name, challenge.targetInfo]);
}

export function decodeChallenge(message: Buffer): ChallengeMessage {
  expectType(message, 2, 32);
  const flags = message.readUInt32LE(20);
  return {
    flags,
    targetName: payload(message, 12).toString("utf16le"),
    serverChallenge: message.subarray(24, 32),
    targetInfo: (flags & ntlmFlag.targetInfo) !== 0 && message.length >= 48 ? payload(message, 40) : Buffer.alloc(0),
  };
}

export function encodeAuthenticate(authenticate: AuthenticateMessage): Buffer {
  const start = authenticate.mic ? 88 : 72;
  const message = Buffer.alloc(start);
  head(message, 3);
  const parts = [
    [28, Buffer.from(authenticate.domain, "utf16le")],
    [36, Buffer.from(authenticate.user, "utf16le")],
    [44, Buffer.from(authenticate.workstation, "utf16le")],
    [12, authenticate.lmResponse],
    [20, authenticate.ntResponse],
    [52, authenticate.encryptedSessionKey],
  ] as const;
  let at = start;
  for (const [position, bytes] of parts) {
    field(message, position, bytes.length, at);
    at += bytes.length;
  }
  message.writeUInt32LE(authenticate.flags >>> 0, 60);
  version.copy(message, 64);
  authenticate.mic?.copy(message, micOffset);
  return Buffer.concat([message, ...parts.map(([, bytes]) => bytes)]);
}

/** Where the MIC stands in an authenticate message that has one. */
export const micOffset = 72;

export function decodeAuthenticate(message: Buffer): AuthenticateMessage {
  expectType(message, 3, 64);
  const fields = [12, 20, 28, 36, 44, 52];
  const first = Math.min(
    ...fields.filter((at) => message.readUInt16LE(at) > 0).map((at) => message.readUInt32LE(at + 4)),
  );
  const hasMic = first >= micOffset + 16 && message.length >= micOffset + 16;
  return {
    flags: message.readUInt32LE(60),
    lmResponse: payload(message, 12),
    ntResponse: payload(message, 20),
    domain: payload(message, 28).toString("utf16le"),
    user: payload(message, 36).toString("utf16le"),
    workstation: payload(message, 44).toString("utf16le"),
    encryptedSessionKey: payload(message, 52),
    ...(hasMic && { mic: message.subarray(micOffset, micOffset + 16) }),
  };
}

function head(message: Buffer, type: number): void {
  signature.copy(message);
  message.writeUInt32LE(type, 8);
}

function expectType(message: Buffer, type: number, least: number): void {
  if (message.length < least || !message.subarray(0, 8).equals(signature)) {
    throw new BadNtlmMessage("this is no NTLM message");
  }
  const got = message.readUInt32LE(8);
  if (got !== type) throw new BadNtlmMessage(`expected the NTLM message of type ${type}, not ${got}`);
}

function field(message: Buffer, at: number, length: number, offset: number): void {
  message.writeUInt16LE(length, at);
  message.writeUInt16LE(length, at + 2);
  message.writeUInt32LE(offset, at + 4);
}

function payload(message: Buffer, at: number): Buffer {
  const length = message.readUInt16LE(at);
  const offset = message.readUInt32LE(at + 4);
  if (offset + length > message.length) throw new BadNtlmMessage("the NTLM message is cut off");
  return message.subarray(offset, offset + length);
}
