import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readCertificate } from "./certificate.ts";
import { generateKeyPair, keyKindProblem } from "./generate.ts";
import { readPrivateKey } from "./private-key.ts";
import { fingerprint, publicBlob } from "./public-key.ts";

describe("generated key pairs", () => {
  for (const [kind, bits, form, type] of [
    ["rsa", 2048, "-----BEGIN PRIVATE KEY-----", "ssh-rsa"],
    ["ECDSA", 0, "-----BEGIN PRIVATE KEY-----", "ecdsa-sha2-nistp521"],
    ["ecdsa", 384, "-----BEGIN PRIVATE KEY-----", "ecdsa-sha2-nistp384"],
    ["ecdsa", 256, "-----BEGIN PRIVATE KEY-----", "ecdsa-sha2-nistp256"],
    ["ed25519", 77, "-----BEGIN OPENSSH PRIVATE KEY-----", "ssh-ed25519"],
  ] as const) {
    it(`of kind ${kind} ${bits || "default"} have Packer's encoding and read back`, async () => {
      const pair = await generateKeyPair(kind, bits, "packer_test");
      expect(pair.privateKey.startsWith(form)).toBe(true);
      expect(pair.publicKey).toMatch(new RegExp(`^${type} [A-Za-z0-9+/]+=* packer_test$`));
      const read = readPrivateKey(pair.privateKey);
      if (read.is !== "key") throw new Error(read.is);
      expect(`${read.key.type} ${read.key.blob.toString("base64")} packer_test`).toBe(pair.publicKey);
    });
  }
  it("are refused by name where they cannot be made", async () => {
    expect(keyKindProblem(undefined, undefined)).toBeUndefined();
    expect(keyKindProblem("rsa", 1023)).toMatch(/at least 1024/);
    expect(keyKindProblem("ecdsa", 512)).toMatch(/256, 384 or 521/);
    expect(keyKindProblem("elgamal", 0)).toMatch(/not a kind of key/);
    await expect(generateKeyPair("dsa", 0, "x")).rejects.toThrow(/DSA keys are no longer accepted/);
  });
});

describe("private keys", () => {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { privateKey: ec } = generateKeyPairSync("ec", { namedCurve: "P-256" });

  it("in PKCS#8 with a passphrase ask for it, and say when it is wrong", () => {
    const text = privateKey
      .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "right" })
      .toString();
    expect(readPrivateKey(text)).toEqual({ is: "locked", wrong: false });
    expect(readPrivateKey(text, "wrong")).toEqual({ is: "locked", wrong: true });
    expect(readPrivateKey(text, "right").is).toBe("key");
  });
  it("in PEM with a passphrase do too", () => {
    const text = ec.export({ type: "sec1", format: "pem", cipher: "aes-128-cbc", passphrase: "right" }).toString();
    expect(readPrivateKey(text)).toEqual({ is: "locked", wrong: false });
    expect(readPrivateKey(text, "wrong")).toEqual({ is: "locked", wrong: true });
    expect(readPrivateKey(text, "right").is).toBe("key");
  });
  it("without a passphrase do not mind one", () => {
    expect(readPrivateKey(ec.export({ type: "sec1", format: "pem" }).toString(), "any").is).toBe("key");
  });
  it("that are none say what they are", () => {
    expect(readPrivateKey("")).toMatchObject({ is: "unreadable", why: "the file is empty" });
    expect(readPrivateKey("nonsense")).toMatchObject({ why: expect.stringContaining("not a private key") as string });
    const blob = publicBlob(privateKey).toString("base64");
    expect(readPrivateKey(`ssh-ed25519 ${blob}`)).toMatchObject({
      why: expect.stringContaining("public key") as string,
    });
    const { privateKey: dsa } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
    expect(readPrivateKey(dsa.export({ type: "pkcs8", format: "pem" }).toString()).is).toBe("unreadable");
    const broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    expect(readPrivateKey(broken).is).toBe("unreadable");
  });
  it("sign what their public half verifies", () => {
    const read = readPrivateKey(ec.export({ type: "pkcs8", format: "pem" }).toString());
    if (read.is !== "key") throw new Error(read.is);
    expect(createPrivateKey(read.key.key.export({ type: "pkcs8", format: "pem" })).equals(ec)).toBe(true);
    expect(fingerprint(read.key.blob)).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});

describe("certificates", () => {
  it("are told from public keys and nonsense", () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    const blob = publicBlob(privateKey).toString("base64");
    expect(() => readCertificate(`ssh-ed25519 ${blob}`)).toThrow(/public key, not a certificate/);
    expect(() => readCertificate("hello")).toThrow(/not an OpenSSH certificate/);
    expect(() => readCertificate("ssh-ed25519-cert-v01@openssh.com AAAA")).toThrow(/damaged/);
  });
});
