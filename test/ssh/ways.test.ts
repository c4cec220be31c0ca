import { createServer, type Server, type Socket, connect as tcp } from "node:net";
import { join } from "node:path";
import type { ConnectConfig } from "@kiln/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectTo, output } from "./connecting.ts";
import { freePort, runFile, type Sshd, startSshd } from "./sshd.ts";

let sshd: Sshd;
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());
const keyed = (): Partial<ConnectConfig> => ({ ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile });
async function says(port: number, config: Partial<ConnectConfig>): Promise<string> {
  await using communicator = await connectTo(port, { ssh_timeout: 8000, ...config });
  return await output(communicator, "printf logged-in");
}

describe("a server whose only host key", () => {
  it.each([
    ["rsa", "2048", "rsa-sha2-256"],
    ["rsa", "2048", "ssh-rsa"],
    ["ecdsa", "384", "ecdsa-sha2-nistp384"],
    ["ecdsa", "521", "ecdsa-sha2-nistp521"],
  ])("is %s of %s bits, for %s, is accepted", async (kind, bits, algorithm) => {
    const file = join(sshd.dir, `host-${algorithm}`);
    await runFile("ssh-keygen", ["-q", "-t", kind, "-b", bits, "-N", "", "-f", file]);
    await using other = await startSshd({ config: [`HostKeyAlgorithms ${algorithm}`, `HostKey ${file}`] });
    const config = { ssh_username: other.user, ssh_private_key_file: other.keyFile };
    expect(await says(other.port, config)).toBe("logged-in");
  });
});

describe("a SOCKS5 proxy with a password", () => {
  const seen: string[] = [];
  let proxy: Server;
  let port = 0;
  beforeAll(async () => {
    port = await freePort();
    proxy = createServer((client) => void serve(client)).listen(port, "127.0.0.1");
  });
  afterAll(() => void proxy.close());

  /** RFC 1928 and 1929: `me` with the password `p:w ü`. */
  async function serve(client: Socket): Promise<void> {
    client.on("error", () => {});
    const next = (): Promise<Buffer> => new Promise((resolve) => client.once("data", resolve));
    const greeting = await next();
    if (!greeting.subarray(2).includes(2)) return void client.end(Buffer.from([5, 0xff]));
    client.write(Buffer.from([5, 2]));
    const login = await next();
    const length = login[1] ?? 0;
    const pair = [login.subarray(2, 2 + length), login.subarray(3 + length)].map(String).join("|");
    seen.push(pair);
    if (pair !== "me|p:w ü") return void client.end(Buffer.from([1, 1]));
    client.write(Buffer.from([1, 0]));
    const request = await next();
    client.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
    const onward = tcp(request.readUInt16BE(request.length - 2), "127.0.0.1").on("error", () => client.destroy());
    client.pipe(onward).pipe(client);
  }

  it("lets through who knows it", async () => {
    const through = { ...keyed(), ssh_proxy_host: "127.0.0.1", ssh_proxy_port: port, ssh_proxy_username: "me" };
    expect(await says(sshd.port, { ...through, ssh_proxy_password: "p:w ü" })).toBe("logged-in");
    expect(seen).toEqual(["me|p:w ü"]);
    const refused = says(sshd.port, { ...through, ssh_proxy_password: "wrong", ssh_timeout: 1500 });
    await expect(refused).rejects.toMatchObject({ stage: "proxy" });
    const without = says(sshd.port, {
      ...keyed(),
      ssh_proxy_host: "127.0.0.1",
      ssh_proxy_port: port,
      ssh_timeout: 1500,
    });
    await expect(without).rejects.toMatchObject({ stage: "proxy" });
  });
});

it("goes through a bastion that trusts only certificates", async () => {
  const [ca, file] = [join(sshd.dir, "ca"), join(sshd.dir, "hop")];
  for (const path of [ca, file]) await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  await runFile("ssh-keygen", ["-q", "-s", ca, "-I", "hop", "-n", sshd.user, "-V", "+5m", `${file}.pub`]);
  await using bastion = await startSshd({ config: [`TrustedUserCAKeys ${ca}.pub`] });
  const hop = {
    ssh_bastion_host: "127.0.0.1",
    ssh_bastion_port: bastion.port,
    ssh_bastion_username: bastion.user,
    ssh_bastion_private_key_file: file,
  };
  const certificate = { ssh_bastion_certificate_file: `${file}-cert.pub` };
  expect(await says(sshd.port, { ...keyed(), ...hop, ...certificate })).toBe("logged-in");
  const without = says(sshd.port, { ...keyed(), ...hop, ssh_handshake_attempts: 1 });
  await expect(without).rejects.toMatchObject({ stage: "bastion", code: "connect/authentication" });
});
