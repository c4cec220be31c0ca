import type { ConnectConfig } from "@kiln/sdk";
import { FakeHost, fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { checkSsh } from "./check.ts";
import { generateKeyPair } from "./keys/generate.ts";

async function problems(
  config: Partial<ConnectConfig>,
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const host = new FakeHost({ files, env: { HOME: "/home/me" } });
  const found = await checkSsh(
    { communicator: "ssh", ssh_username: "me", ...config } as ConnectConfig,
    fakePrepareContext({ host }),
  );
  return found.map(({ severity, summary, detail }) => [severity, summary, detail].filter(Boolean).join(": "));
}

describe("checking SSH options", () => {
  it("finds nothing in what is right", async () => {
    const { privateKey } = await generateKeyPair("ed25519", 0, "x");
    expect(await problems({ ssh_private_key_file: "~/key" }, { "/home/me/key": privateKey })).toEqual([]);
  });
  it("wants a user, in Packer's words", async () => {
    expect(await problems({ ssh_username: "" })).toEqual([
      'error: An ssh_username must be specified\n  Note: some builders used to default ssh_username to "root".',
    ]);
  });
  it("says everything at once", async () => {
    const found = await problems({
      ssh_username: "",
      ssh_port: 70_000,
      ssh_file_transfer_method: "ftp",
      ssh_local_tunnels: ["80"],
      ssh_bastion_host: "a",
      ssh_proxy_host: "b",
      temporary_key_pair_type: "dsa",
      ssh_private_key_file: "/missing",
    });
    expect(found.map((text) => text.split("\n")[0])).toEqual([
      "error: An ssh_username must be specified",
      "error: ssh_port must be between 1 and 65535, not 70000",
      "error: ssh_file_transfer_method ('ftp') is invalid, valid methods: sftp, scp",
      "error: ssh_local_tunnels ['80'] is invalid: Write it as PORT:HOST:PORT.",
      "error: please specify either ssh_bastion_host or ssh_proxy_host, not both",
      expect.stringMatching(/^error: temporary_key_pair_type is invalid: DSA/) as string,
      expect.stringMatching(/^error: ssh_private_key_file is invalid: stat \S+: no such file or directory$/) as string,
    ]);
  });
  it("reads key files and certificates", async () => {
    const { privateKey, publicKey } = await generateKeyPair("ed25519", 0, "x");
    const files = { "/key": privateKey, "/pub": publicKey, "/junk": "junk" };
    expect(await problems({ ssh_private_key_file: "/junk" }, files)).toEqual([
      "error: ssh_private_key_file is invalid: it is not a private key in PEM, PKCS#8, OpenSSH or PuTTY form",
    ]);
    expect(await problems({ ssh_private_key_file: "/key", ssh_certificate_file: "/pub" }, files)).toEqual([
      expect.stringMatching(/^error: ssh_certificate_file is invalid: it is a public key, not a certificate/) as string,
    ]);
    expect(await problems({ ssh_certificate_file: "/pub" }, files)).toEqual([
      expect.stringMatching(/^error: ssh_certificate_file needs ssh_private_key_file/) as string,
    ]);
  });
  it("wants a bastion's login", async () => {
    expect(await problems({ ssh_bastion_host: "hop" })).toEqual([
      expect.stringMatching(
        /^error: ssh_bastion_password, ssh_bastion_interactive or ssh_bastion_private_key_file/,
      ) as string,
    ]);
    expect(await problems({ ssh_bastion_host: "hop", ssh_bastion_agent_auth: true })).toEqual([]);
  });
  it("knows algorithms: one unknown among known ones is left out, none known is an error", async () => {
    expect(await problems({ ssh_ciphers: ["aes128-ctr", "aes128-cfr"] })).toEqual([
      expect.stringMatching(
        /^warning: ssh_ciphers: "aes128-cfr" is not supported: Did you mean "aes128-ctr"\?/,
      ) as string,
    ]);
    expect(await problems({ ssh_key_exchange_algorithms: ["sntrup761x25519-sha512"] })).toEqual([
      expect.stringMatching(/^error: ssh_key_exchange_algorithms: "sntrup761x25519-sha512" is not supported/) as string,
    ]);
  });
});
