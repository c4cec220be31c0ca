import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import { FakeCommunicator } from "@kiln/sdk/testing";
import ssh2 from "ssh2";
import { describe, expect, it } from "vitest";
import { serveSsh } from "./serve-ssh.ts";

const machine = new FakeCommunicator({ kind: "docker" });
const pem = { format: "pem" } as const;
const hostKeys: readonly [string, string][] = [
  [
    "PKCS#8 RSA",
    generateKeyPairSync("rsa", { modulusLength: 2048 })
      .privateKey.export({ ...pem, type: "pkcs8" })
      .toString(),
  ],
  [
    "PKCS#8 ECDSA",
    generateKeyPairSync("ec", { namedCurve: "P-256" })
      .privateKey.export({ ...pem, type: "pkcs8" })
      .toString(),
  ],
  [
    "SEC 1 ECDSA",
    generateKeyPairSync("ec", { namedCurve: "P-384" })
      .privateKey.export({ ...pem, type: "sec1" })
      .toString(),
  ],
  [
    "PKCS#8 Ed25519",
    generateKeyPairSync("ed25519")
      .privateKey.export({ ...pem, type: "pkcs8" })
      .toString(),
  ],
];

/** What a client gets to hear of a command; rejects where it is not let in. */
function ask(port: number, username: string, privateKey: string, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client();
    client.on("error", reject);
    client.on("ready", () => {
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let text = "";
        channel.on("data", (bytes: Buffer) => (text += bytes.toString()));
        channel.on("close", (code: number) => {
          client.end();
          resolve(`${text.trim()} ${code}`);
        });
        channel.end();
      });
    });
    client.connect({ host: "127.0.0.1", port, username, privateKey });
  });
}
/** As ssh2's client reads keys, which knows no PKCS#8. */
function clientKey(): { readonly text: string; readonly line: string } {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const text = privateKey.export({ ...pem, type: "sec1" }).toString();
  const parsed = ssh2.utils.parseKey(text);
  if (parsed instanceof Error) throw parsed;
  return { text, line: `ecdsa-sha2-nistp256 ${parsed.getPublicSSH().toString("base64")} me` };
}

describe("the SSH server of provisioners", () => {
  it.each(hostKeys)("takes a host key in %s and lets in who may", async (_, hostKey) => {
    const key = clientKey();
    await using server = await serveSsh(machine, { user: "me", authorizedKey: key.line, hostKey });
    expect(server.privateKey).toBeUndefined();
    expect(await ask(server.port, "me", key.text, "printf hello; exit 3")).toBe("hello 3");
    await expect(ask(server.port, "you", key.text, "true")).rejects.toThrow("authentication");
    await expect(ask(server.port, "me", clientKey().text, "true")).rejects.toThrow("authentication");
  });

  it("says what is wrong with keys", async () => {
    await expect(serveSsh(machine, { user: "me", hostKey: "nonsense" })).rejects.toThrow(
      "the host key cannot be used: ",
    );
    await expect(serveSsh(machine, { user: "me", authorizedKey: "nonsense" })).rejects.toThrow(
      "the authorized key cannot be read: ",
    );
  });

  it("takes the next port where the first is taken, and none is left behind", async () => {
    const first = await serveSsh(machine, { user: "me" });
    const second = await serveSsh(machine, { user: "me", port: first.port });
    expect(second.port).toBeGreaterThan(first.port);
    expect(second.port).toBeLessThan(first.port + 10);
    await second[Symbol.asyncDispose]();
    await first[Symbol.asyncDispose]();
    const again = createServer();
    await new Promise<void>((resolve, reject) => {
      again.once("error", reject);
      again.listen(first.port, "127.0.0.1", resolve);
    });
    await new Promise((resolve) => again.close(resolve));
  });
});
