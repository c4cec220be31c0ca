import { constants, createPublicKey, generateKeyPairSync, publicEncrypt } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Handler } from "../testing/fake-aws.ts";
import { checkEbs, plain, runEbs } from "../testing/run-ebs.ts";
import { base64, testKey } from "../testing/test-key.ts";

const bootstrap = "<powershell>\r\nnet user Administrator SuperS3cr3t!!!!\r\n</powershell>\r\n";
const host = { files: { "/bootstrap_win.txt": bootstrap } };
const windows = {
  ...plain,
  user_data_file: "/bootstrap_win.txt",
  communicator: "winrm",
  winrm_username: "Administrator",
};
const answering =
  (data: string, afterLooks = 0): Handler =>
  (_, aws) => ({ PasswordData: aws.inputs("GetPasswordData").length > afterLooks ? data : "" });
const encrypted = (password: string, key = testKey()): string =>
  publicEncrypt({ key: createPublicKey(key), padding: constants.RSA_PKCS1_PADDING }, Buffer.from(password)).toString(
    "base64",
  );

describe("an instance with Windows", () => {
  it("starts as in Packer's guide: user data, a key all the same, the port of WinRM, no wait for a password", async () => {
    const { aws, ctx, lines, error } = await runEbs({ ...windows, winrm_password: "SuperS3cr3t!!!!" }, { host });
    expect(error).toBeUndefined();
    expect(aws.inputs("RunInstances")[0]).toMatchObject({
      UserData: base64(bootstrap),
      KeyName: expect.stringMatching(/^packer_/) as unknown,
    });
    expect(aws.inputs("AuthorizeSecurityGroupIngress")[0]).toMatchObject({
      IpPermissions: [{ FromPort: 5985, ToPort: 5985, IpProtocol: "tcp" }],
    });
    expect(lines.find((line) => line.includes("Authorizing access"))).toMatch(/port 5985 from/);
    const skipped = lines.indexOf("==> Skipping waiting for password since WinRM password set...");
    expect(skipped).toBeGreaterThan(lines.findIndex((line) => line.includes("to become ready")));
    expect(aws.actions()).not.toContain("GetPasswordData");
    expect(ctx.targets[0]?.password).toBeUndefined();
  });

  it("opens the port of WinRM over TLS", async () => {
    const { aws } = await runEbs({ ...windows, winrm_password: "x", winrm_use_ssl: true }, { host });
    expect(aws.inputs("AuthorizeSecurityGroupIngress")[0]).toMatchObject({ IpPermissions: [{ FromPort: 5986 }] });
  });

  it("waits for the password that Windows makes, decrypts it, masks it and hands it to the connection", async () => {
    const GetPasswordData = answering(`\r\n${encrypted("p&ss;(W)ord%1")}\r\n`, 3);
    const { ctx, lines, error } = await runEbs(windows, { host, handlers: { GetPasswordData } });
    expect(error).toBeUndefined();
    expect(ctx.targets[0]?.password).toBe("p&ss;(W)ord%1");
    expect(ctx.masked).toContain("p&ss;(W)ord%1");
    expect(lines.join("\n")).not.toContain("p&ss");
    const from = lines.indexOf("==> Waiting for auto-generated password for instance...");
    expect(lines.slice(from, from + 4).join("\n")).toContain("Password retrieved!");
  });

  it("shows the password with -debug, as it is there for", async () => {
    const { lines } = await runEbs(windows, {
      host,
      debug: true,
      handlers: { GetPasswordData: answering(encrypted("Sh0wn")) },
    });
    expect(lines).toContain("    Password (since debug is enabled): Sh0wn");
  });

  it("refuses a password that was encrypted for another key, and leaves nothing", async () => {
    const other = String(
      generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }),
    );
    const { error, aws, lines } = await runEbs(windows, {
      host,
      handlers: { GetPasswordData: answering(encrypted("x", other)) },
    });
    expect(error?.message).toContain(
      "Error decrypting the password: the private key does not belong to the instance's key pair",
    );
    expect(lines.some((line) => line.includes("retrieved"))).toBe(false);
    expect(aws.left()).toEqual([]);
  });

  it("refuses what could never decrypt it before anything is made", async () => {
    const found = async (more: Readonly<Record<string, unknown>>): Promise<readonly string[]> =>
      (await checkEbs({ ...windows, ...more }, host)).filter((d) => d.severity === "error").map((d) => d.summary);
    expect(await found({})).toEqual([]);
    expect(await found({ ssh_agent_auth: true })).toEqual([expect.stringContaining("there will be no private key")]);
    expect(await found({ ssh_password: "p" })).toEqual([expect.stringContaining("there will be no private key")]);
    expect(await found({ ssh_agent_auth: true, winrm_password: "p" })).toEqual([]);
    expect(await found({ temporary_key_pair_type: "ed25519" })).toEqual([expect.stringContaining("must be rsa")]);
  });
});
