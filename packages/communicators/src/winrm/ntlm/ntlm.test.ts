import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { NtlmClient, ntlmV2Response } from "./client.ts";
import { decryptBody, encryptBody, isEncrypted } from "./http-encryption.ts";
import { ntHash, ntlmV2Key, sealingKey, signingKey } from "./keys.ts";
import { BadNtlmMessage, decodeAuthenticate, decodeChallenge, encodeChallenge, ntlmFlag } from "./messages.ts";
import { Rc4 } from "./rc4.ts";
import { NtlmServer } from "./server.ts";
import { NtlmSession } from "./session.ts";
import { avId, decodeTargetInfo } from "./target-info.ts";

const hex = (text: string): Buffer => Buffer.from(text.replace(/\s/g, ""), "hex");

/** The published example of [MS-NLMP] 4.2: user `User` of `Domain` with the password `Password`. */
const example = {
  serverChallenge: hex("0123456789abcdef"),
  clientChallenge: Buffer.alloc(8, 0xaa),
  sessionKey: Buffer.alloc(16, 0x55),
  timestamp: Buffer.alloc(8),
  targetInfo: hex("02000c0044006f006d00610069006e0001000c005300650072007600650072000000 0000"),
};

describe("NTLM's published example", () => {
  const key = ntlmV2Key(ntHash("Password"), "User", "Domain");
  it("hashes the password", () => {
    expect(ntHash("Password").toString("hex")).toBe("a4f49c406510bdcab6824ee7c30fd852");
    expect(key.toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f");
  });
  it("proves it, and derives the session's keys", () => {
    const { response, sessionBaseKey } = ntlmV2Response(key, example.serverChallenge, example);
    expect(response.subarray(0, 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c");
    expect(sessionBaseKey.toString("hex")).toBe("8de40ccadbc14a82f15cb0ad0de95ca3");
    expect(new Rc4(sessionBaseKey).apply(example.sessionKey).toString("hex")).toBe("c5dad2544fc9799094ce1ce90bc9d03e");
    expect(sealingKey(example.sessionKey, "client-to-server").toString("hex")).toBe("59f600973cc4960a25480a7c196e4c58");
    expect(signingKey(example.sessionKey, "client-to-server").toString("hex")).toBe("4788dc861b4782f35d43fd98fe1a2d39");
  });
  it("seals and signs", () => {
    const session = new NtlmSession(example.sessionKey, "client", true);
    const { sealed, signature } = session.seal(Buffer.from("Plaintext", "utf16le"));
    expect(sealed.toString("hex")).toBe("54e50165bf1936dc996020c1811b0f06fb5f");
    expect(signature.toString("hex")).toBe("010000007fb38ec5c55d497600000000");
  });
  it("makes the whole authenticate message", () => {
    const challenge = encodeChallenge({
      flags: 0xe28a8233,
      targetName: "Server",
      serverChallenge: example.serverChallenge,
      targetInfo: example.targetInfo,
    });
    const login = { user: "User", domain: "Domain", password: "Password", workstation: "COMPUTER" };
    const { authenticate } = new NtlmClient(login).answer(challenge, example);
    const read = decodeAuthenticate(authenticate);
    expect(read.lmResponse.toString("hex")).toBe("86c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa");
    expect(read.ntResponse.subarray(0, 16).toString("hex")).toBe("68cd0ab851e51c96aabc927bebef6a1c");
    expect(read.encryptedSessionKey.toString("hex")).toBe("c5dad2544fc9799094ce1ce90bc9d03e");
    expect(read).toMatchObject({ user: "User", domain: "Domain", workstation: "COMPUTER" });
    expect(read.mic).toBeUndefined();
  });
});

describe("RC4", () => {
  it("gives the key streams of RFC 6229 and goes on where it was", () => {
    const cipher = new Rc4(hex("0102030405"));
    expect(cipher.apply(Buffer.alloc(5)).toString("hex")).toBe("b2396305f0");
    expect(cipher.apply(Buffer.alloc(11)).toString("hex")).toBe("3dc027ccc3524a0a1118a8");
  });
});

describe("a login", () => {
  const login = { user: "Administrator", domain: "", password: "S3cr€t!", workstation: "BUILDER" };
  const server = (password = login.password): NtlmServer =>
    new NtlmServer("WIN-TEST", (user) => (user.toLowerCase() === "administrator" ? password : undefined));
  const exchange = (to: NtlmServer, as = login) => {
    const client = new NtlmClient(as);
    const { authenticate, session } = client.answer(to.challenge(client.negotiate));
    return { authenticate, client: session, server: to.accept(authenticate)?.session };
  };

  it("gives both sides a session that carries messages either way, one after another", () => {
    const both = exchange(server());
    if (!both.server) throw new Error("the login was refused");
    const body = "application/soap+xml;charset=UTF-8";
    for (const text of ["<one/>", "<zwölf/>", "", "x".repeat(100_000)]) {
      const there = encryptBody(both.client, Buffer.from(text), body);
      expect(decryptBody(both.server, there)).toEqual({ message: Buffer.from(text), contentType: body });
      const back = encryptBody(both.server, Buffer.from(text), body);
      expect(decryptBody(both.client, back).message.toString()).toBe(text);
    }
  });
  it("wraps sealed messages as WinRM does, tabs and missing line end included", () => {
    const session = new NtlmSession(example.sessionKey, "client", true);
    const body = encryptBody(session, Buffer.from("Plaintext", "utf16le"), "application/soap+xml;charset=UTF-8");
    expect(body.toString("latin1")).toBe(
      "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n" +
        "\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=18\r\n--Encrypted Boundary\r\n" +
        "\tContent-Type: application/octet-stream\r\n" +
        hex("10000000 010000007fb38ec5c55d497600000000 54e50165bf1936dc996020c1811b0f06fb5f").toString("latin1") +
        "--Encrypted Boundary--\r\n",
    );
    expect(isEncrypted('multipart/encrypted;protocol="x"')).toBe(true);
  });
  it("is refused with a wrong password, and for users that do not exist", () => {
    expect(exchange(server("other")).server).toBeUndefined();
    expect(exchange(server(), { ...login, user: "nobody" }).server).toBeUndefined();
  });
  it("is refused when a message was changed on the way", () => {
    const client = new NtlmClient(login);
    const to = server();
    const { authenticate } = client.answer(to.challenge(client.negotiate));
    authenticate.writeUInt32LE((authenticate.readUInt32LE(60) ^ ntlmFlag.version) >>> 0, 60);
    expect(to.accept(authenticate)).toBeUndefined();
  });
  it("carries the channel bindings of its TLS connection", () => {
    const bindings = Buffer.alloc(16, 7);
    const { authenticate } = exchange(server(), { ...login, channelBindings: bindings } as typeof login);
    const { ntResponse } = decodeAuthenticate(authenticate);
    expect(decodeTargetInfo(ntResponse.subarray(44)).get(avId.channelBindings)).toEqual(bindings);
  });
  it("notices a message whose signature is wrong", () => {
    const both = exchange(server());
    const { sealed, signature } = both.client.seal(Buffer.from("text"));
    sealed[0] = (sealed[0] ?? 0) ^ 1;
    expect(() => both.server?.unseal(sealed, signature)).toThrow(BadNtlmMessage);
  });
  it("ends with a clear error where the server sends something else", () => {
    expect(() => decodeChallenge(Buffer.from("hello there, this is a web page"))).toThrow("this is no NTLM message");
    const cut = server().challenge(new NtlmClient(login).negotiate).subarray(0, 60);
    expect(() => decodeChallenge(cut)).toThrow("cut off");
  });
});
