import { spawn } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { createServer, connect as tcp } from "node:net";
import { join } from "node:path";
import { connectors, generateKeyPair } from "@kiln/communicators";
import type { ConnectConfig } from "@kiln/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { access, connectTo, output, target } from "./connecting.ts";
import { freePort, ordinaryUser, runFile, type Sshd, startSshd } from "./sshd.ts";

const password = "correct horse";

let ca: { dir: string; sshd: Sshd };
let sshd: Sshd;
beforeAll(async () => {
  const first = await startSshd();
  await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(first.dir, "ca")]);
  const keys = await Promise.all(
    (["rsa", "ecdsa", "ed25519"] as const).map(async (kind) => {
      const pair = await generateKeyPair(kind, kind === "rsa" ? 2048 : 0, `made-${kind}`);
      await writeFile(join(first.dir, kind), pair.privateKey, { mode: 0o600 });
      await writeFile(join(first.dir, `${kind}.pub`), `${pair.publicKey}\n`);
      return pair.publicKey;
    }),
  );
  await writeFile(
    join(first.dir, "authorized_keys"),
    `${await readFile(`${first.keyFile}.pub`, "utf8")}${keys.join("\n")}\n`,
  );
  sshd = first;
  ca = { dir: first.dir, sshd: await startSshd({ config: [`TrustedUserCAKeys ${join(first.dir, "ca.pub")}`] }) };
});
afterAll(async () => {
  await ca.sshd[Symbol.asyncDispose]();
  await sshd[Symbol.asyncDispose]();
});

async function says(
  port: number,
  config: Partial<ConnectConfig>,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using communicator = await connectTo(port, { ssh_timeout: 8000, ...config }, access(env));
  return await output(communicator, "printf logged-in");
}

describe("keys log in to sshd", () => {
  for (const kind of ["rsa", "ecdsa", "ed25519"]) {
    it(`that were made here: ${kind}`, async () => {
      const file = join(sshd.dir, kind);
      expect(await says(sshd.port, { ssh_username: sshd.user, ssh_private_key_file: file })).toBe("logged-in");
    });
    it(`that were made here, and which ssh-keygen reads: ${kind}`, async () => {
      const { stdout } = await runFile("ssh-keygen", ["-y", "-f", join(sshd.dir, kind)]);
      const line = await readFile(join(sshd.dir, `${kind}.pub`), "utf8");
      expect(line.split(" ").slice(0, 2)).toEqual(stdout.trim().split(" ").slice(0, 2));
    });
  }
  it("given as text by a builder, or as the temporary key", async () => {
    const privateKey = await readFile(join(sshd.dir, "ed25519"), "utf8");
    expect(await says(sshd.port, { ssh_username: sshd.user, ssh_private_key: privateKey })).toBe("logged-in");
    const ssh = await connectors.ssh();
    const generatedKey = { privateKey, publicKey: "", comment: "packer_x" };
    const to = target(sshd.port, { ssh_username: sshd.user, ssh_timeout: 8000 }, { generatedKey });
    await using communicator = await ssh.connect(to, access());
    expect(await output(communicator, "printf ok")).toBe("ok");
  });
  for (const format of ["RFC4716", "PEM", "PKCS8"]) {
    it(`encrypted, in ${format === "RFC4716" ? "OpenSSH" : format} form, with the passphrase from the environment`, async () => {
      const file = join(sshd.dir, `locked-${format}`);
      const type = format === "RFC4716" ? "ed25519" : "ecdsa";
      await runFile("ssh-keygen", ["-q", "-t", type, "-m", format, "-N", "s3cret phrase", "-f", file]);
      const line = await readFile(`${file}.pub`, "utf8");
      await writeFile(join(sshd.dir, "authorized_keys"), line, { flag: "a" });
      const config = { ssh_username: sshd.user, ssh_private_key_file: file };
      expect(await says(sshd.port, config, { KILN_SSH_KEY_PASSPHRASE: "s3cret phrase" })).toBe("logged-in");
      const asked = access();
      asked.ui.answers.push("s3cret phrase");
      await using communicator = await connectTo(sshd.port, { ...config, ssh_timeout: 8000 }, asked);
      expect(asked.ui.questions).toEqual([`Passphrase for ${file}: `]);
      expect(asked.masked).toContain("s3cret phrase");
      expect(await output(communicator, "printf ok")).toBe("ok");
      await expect(says(sshd.port, config)).rejects.toThrow(
        /encrypted and there is no terminal.*KILN_SSH_KEY_PASSPHRASE/,
      );
    });
  }
});

describe("certificates log in to sshd that trusts their authority", () => {
  for (const [kind, bits] of [
    ["ed25519", ""],
    ["ecdsa", "384"],
    ["rsa", "2048"],
  ]) {
    it(`of an ${kind} key`, async () => {
      const file = join(ca.dir, `cert-${kind}`);
      await runFile("ssh-keygen", ["-q", "-t", kind ?? "", ...(bits ? ["-b", bits] : []), "-N", "", "-f", file]);
      await runFile("ssh-keygen", [
        "-q",
        "-s",
        join(ca.dir, "ca"),
        "-I",
        "kiln",
        "-n",
        sshd.user,
        "-V",
        "+5m",
        `${file}.pub`,
      ]);
      const config = { ssh_username: sshd.user, ssh_private_key_file: file };
      const certificate = `${file}-cert.pub`;
      expect(await says(ca.sshd.port, { ...config, ssh_certificate_file: certificate })).toBe("logged-in");
      const without = says(ca.sshd.port, { ...config, ssh_handshake_attempts: 1 });
      await expect(without).rejects.toThrow(/authentication error/);
    });
  }
  it("and one for another user is refused, with its name in the message", async () => {
    const file = join(ca.dir, "cert-other");
    await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
    await runFile("ssh-keygen", [
      "-q",
      "-s",
      join(ca.dir, "ca"),
      "-I",
      "for somebody",
      "-n",
      "somebody",
      `${file}.pub`,
    ]);
    const work = says(ca.sshd.port, {
      ssh_username: sshd.user,
      ssh_private_key_file: file,
      ssh_certificate_file: `${file}-cert.pub`,
      ssh_handshake_attempts: 1,
    });
    await expect(work).rejects.toThrow(/publickey certificate "for somebody" of ed25519 SHA256:\S+: refused/);
  });
});

describe("an agent", () => {
  it("logs in, with keys and certificates, and is forwarded", async () => {
    const socket = join(sshd.dir, "agent.sock");
    const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: "ignore" });
    try {
      await new Promise((resolve) => setTimeout(resolve, 200));
      const env = { SSH_AUTH_SOCK: socket };
      await expect(says(sshd.port, { ssh_username: sshd.user, ssh_agent_auth: true }, env)).rejects.toThrow(
        /holds no keys/,
      );
      for (const kind of ["rsa", "ecdsa", "ed25519"]) {
        await runFile("ssh-add", ["-q", join(sshd.dir, kind)], { env: { ...process.env, ...env } });
        expect(await says(sshd.port, { ssh_username: sshd.user, ssh_agent_auth: true }, env)).toBe("logged-in");
        if (kind !== "ed25519") await runFile("ssh-add", ["-q", "-D"], { env: { ...process.env, ...env } });
      }
      const file = join(sshd.dir, "agent-cert");
      await runFile("ssh-keygen", ["-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", file]);
      await runFile("ssh-keygen", ["-q", "-s", join(ca.dir, "ca"), "-I", "agent", "-n", sshd.user, `${file}.pub`]);
      await runFile("ssh-add", ["-q", file], { env: { ...process.env, ...env } });
      expect(await says(ca.sshd.port, { ssh_username: sshd.user, ssh_agent_auth: true }, env)).toBe("logged-in");

      const config = { ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile, ssh_timeout: 8000 };
      await using forwarding = await connectTo(sshd.port, config, access(env));
      expect(await output(forwarding, "ssh-add -l")).toContain("made-ed25519");
      expect(await output(forwarding, "ssh-add -l")).toContain("made-ed25519");
      await using without = await connectTo(sshd.port, { ...config, ssh_disable_agent_forwarding: true }, access(env));
      expect(await output(without, "ssh-add -l 2>&1")).not.toContain("made-ed25519");
    } finally {
      agent.kill();
    }
  });
  it("that is not there is a failure at once", async () => {
    const started = Date.now();
    const work = says(sshd.port, { ssh_username: sshd.user, ssh_agent_auth: true, ssh_timeout: 60_000 });
    await expect(work).rejects.toThrow(/^Error waiting for SSH: SSH Agent requested but SSH_AUTH_SOCK not-specified$/);
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe("passwords log in", () => {
  it("as password and as keyboard-interactive, and are never shown", async () => {
    const { name, inNamespace } = await ordinaryUser(sshd.dir, password);
    await using server = await startSshd({ inNamespace, config: ["PasswordAuthentication yes"] });
    const config = { ssh_username: name, ssh_password: password };
    const used = access();
    await using communicator = await connectTo(server.port, { ...config, ssh_timeout: 8000 }, used);
    expect(await output(communicator, "id -un")).toBe(`${name}\n`);
    expect(used.masked).toContain(password);
    const wrong = says(server.port, { ...config, ssh_password: "wr0ng-secret", ssh_handshake_attempts: 1 });
    await expect(wrong).rejects.toThrow(
      /Error waiting for SSH: Kiln experienced an authentication error[\s\S]*password: refused/,
    );
    await expect(wrong).rejects.not.toThrow(/wr0ng-secret/);
  });
});

describe("the way there", () => {
  const keyed = (): Partial<ConnectConfig> => ({ ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile });

  it("goes through a bastion by key, and leaves nothing behind", async () => {
    await using bastion = await startSshd();
    const hop = {
      ssh_bastion_host: "127.0.0.1",
      ssh_bastion_port: bastion.port,
      ssh_bastion_username: bastion.user,
      ssh_bastion_private_key_file: bastion.keyFile,
    };
    const communicator = await connectTo(sshd.port, { ...keyed(), ...hop, ssh_timeout: 8000 });
    const seen = await output(communicator, "echo $SSH_CONNECTION");
    expect(seen).toContain(` 127.0.0.1 ${sshd.port}`);
    const big = new Uint8Array(3_000_000).fill(7);
    const source = async function* (): AsyncGenerator<Uint8Array> {
      yield big;
    };
    const path = join(sshd.dir, "through");
    await communicator.upload(source(), path, { signal: AbortSignal.timeout(20_000), size: big.length });
    expect((await readFile(path)).length).toBe(big.length);
    await communicator[Symbol.asyncDispose]();
    await expect.poll(async () => (await bastion.log()).includes("disconnect"), { timeout: 5000 }).toBe(true);
    const wrong = says(sshd.port, {
      ...keyed(),
      ...hop,
      ssh_bastion_private_key_file: join(sshd.dir, "rsa"),
      ssh_handshake_attempts: 1,
    });
    await expect(wrong).rejects.toMatchObject({ stage: "bastion", code: "connect/authentication" });
  });

  it("goes through a SOCKS5 proxy", async () => {
    const port = await freePort();
    const args = ["-N", "-D", `127.0.0.1:${port}`, "-i", sshd.keyFile, "-p", String(sshd.port), "-F", "none"];
    const unchecked = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"];
    const proxy = spawn("ssh", [...args, ...unchecked, `${sshd.user}@127.0.0.1`], { stdio: "ignore" });
    try {
      const through = { ...keyed(), ssh_proxy_host: "127.0.0.1", ssh_proxy_port: port };
      expect(await says(sshd.port, through)).toBe("logged-in");
      const nowhere = says(await freePort(), { ...through, ssh_timeout: 1500 });
      await expect(nowhere).rejects.toMatchObject({ stage: "proxy", code: "connect/timeout" });
    } finally {
      proxy.kill();
    }
  });

  it("goes through an HTTP proxy with a password", async () => {
    const heads: string[] = [];
    const server = createServer((client) => {
      client.once("data", (head) => {
        heads.push(head.toString());
        const [, host, port] = /^CONNECT ([^:]+):(\d+) /.exec(head.toString()) ?? [];
        if (!head.toString().includes("Proxy-Authorization")) {
          client.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
          return;
        }
        const onward = tcp({ host, port: Number(port) }, () => {
          client.write("HTTP/1.1 200 Connection established\r\n\r\n");
          client.pipe(onward).pipe(client);
        });
        onward.on("error", () => client.destroy());
        client.on("error", () => onward.destroy());
      });
    });
    const port = await freePort();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    try {
      const through = { ...keyed(), ssh_proxy_host: "http://127.0.0.1", ssh_proxy_port: port };
      const allowed = { ...through, ssh_proxy_username: "me", ssh_proxy_password: "pw" };
      expect(await says(sshd.port, allowed)).toBe("logged-in");
      expect(heads[0]).toContain(`Proxy-Authorization: Basic ${Buffer.from("me:pw").toString("base64")}`);
      await expect(says(sshd.port, { ...through, ssh_timeout: 1000 })).rejects.toThrow(/refused the tunnel: 407/);
    } finally {
      server.close();
    }
  });

  it("brings local and remote tunnels along, also after a reconnection", async () => {
    const echo = createServer((socket) => socket.on("error", () => {}).pipe(socket));
    const [echoPort, localPort, remotePort] = [await freePort(), await freePort(), await freePort()];
    await new Promise<void>((resolve) => echo.listen(echoPort, "127.0.0.1", resolve));
    const roundTrip = (port: number): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tcp({ port, host: "localhost" }, () => socket.write("ping"));
        socket.once("data", (data) => {
          resolve(data.toString());
          socket.destroy();
        });
        socket.once("error", reject);
        socket.once("close", () => reject(new Error("closed")));
      });
    try {
      await using communicator = await connectTo(sshd.port, {
        ...keyed(),
        ssh_timeout: 8000,
        ssh_local_tunnels: [`${localPort}:127.0.0.1:${echoPort}`],
        ssh_remote_tunnels: [`${remotePort}:127.0.0.1:${echoPort}`],
      });
      expect(await roundTrip(localPort)).toBe("ping");
      expect(await roundTrip(remotePort)).toBe("ping");
      await communicator.exec("kill -9 $PPID", { signal: AbortSignal.timeout(5000) });
      expect(await output(communicator, "printf back")).toBe("back");
      expect(await roundTrip(localPort)).toBe("ping");
      expect(await roundTrip(remotePort)).toBe("ping");
    } finally {
      echo.close();
    }
    await expect(roundTrip(localPort)).rejects.toThrow();
  });
});

describe("sessions", () => {
  it("have a terminal of 80 by 40 without echo where one is asked for", async () => {
    const config = { ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile, ssh_timeout: 8000, ssh_pty: true };
    await using communicator = await connectTo(sshd.port, config);
    expect(
      await output(communicator, "tty >/dev/null && stty size && echo $TERM && stty -a | grep -o -- '-echo ' "),
    ).toBe("40 80\r\nxterm\r\n-echo \r\n");
  });
  it("use the ciphers and key exchanges that were asked for", async () => {
    const config = {
      ssh_username: sshd.user,
      ssh_private_key_file: sshd.keyFile,
      ssh_ciphers: ["aes256-ctr"],
      ssh_key_exchange_algorithms: ["ecdh-sha2-nistp384"],
    };
    await using server = await startSshd({
      config: ["Ciphers aes256-ctr", "KexAlgorithms ecdh-sha2-nistp384", "LogLevel DEBUG1"],
    });
    expect(await says(server.port, { ...config, ssh_private_key_file: server.keyFile })).toBe("logged-in");
    const log = await server.log();
    expect(log).toMatch(/kex: algorithm: ecdh-sha2-nistp384/);
    expect(log).toMatch(/cipher: aes256-ctr/);
  });
  it("clear the temporary key out of authorized_keys", async () => {
    const ssh = await connectors.ssh();
    await using server = await startSshd();
    const home = join(server.dir, "home");
    await runFile("mkdir", ["-p", join(home, ".ssh")]);
    const file = join(home, ".ssh/authorized_keys");
    await writeFile(
      file,
      "ssh-ed25519 AAAA keep packer_1 not\nssh-ed25519 BBBB packer_1.x\nssh-ed25519 CCCC packer_1zx\n",
    );
    const config = {
      ssh_username: server.user,
      ssh_private_key_file: server.keyFile,
      ssh_timeout: 8000,
      ssh_clear_authorized_keys: true,
    };
    await using communicator = await connectTo(server.port, config);
    const redirected = {
      ...communicator,
      kind: "ssh",
      exec: (command: string, options: { signal: AbortSignal }) =>
        command.startsWith("sudo")
          ? Promise.resolve({ exit: 0 })
          : communicator.exec(`HOME=${home}; ${command}`, options),
    };
    const key = { privateKey: "", publicKey: "", comment: "packer_1.x" };
    await ssh.clearTemporaryKey?.(redirected as never, config as never, key, AbortSignal.timeout(5000));
    expect(await readFile(file, "utf8")).toBe("ssh-ed25519 AAAA keep packer_1 not\nssh-ed25519 CCCC packer_1zx\n");
  });
});
