import { spawnSync } from "node:child_process";
import { mkdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { createServer, type Server, type Socket, connect as tcp } from "node:net";
import { join } from "node:path";
import type { ConnectConfig, ConnectError } from "@kiln/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { access, connectTo, output } from "./connecting.ts";
import { freePort, runFile, type Sshd, startSshd } from "./sshd.ts";

let sshd: Sshd;
const keyed = (more: Partial<ConnectConfig> = {}): Partial<ConnectConfig> => ({
  ssh_username: sshd.user,
  ssh_private_key_file: sshd.keyFile,
  ssh_timeout: 1500,
  ...more,
});
beforeAll(async () => {
  sshd = await startSshd();
});
afterAll(() => sshd[Symbol.asyncDispose]());

async function failure(work: Promise<AsyncDisposable>): Promise<ConnectError> {
  try {
    await (await work)[Symbol.asyncDispose]();
  } catch (error) {
    return error as ConnectError;
  }
  throw new Error("it connected");
}

async function server(onConnection: (socket: Socket) => void): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const listening: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket);
  });
  const port = await freePort();
  await new Promise<void>((resolve) => listening.listen(port, "127.0.0.1", resolve));
  return {
    port,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

describe("a machine that cannot be reached is reported by stage", () => {
  it("no such name", async () => {
    const { connectors } = await import("@kiln/communicators");
    const to = {
      config: { communicator: "ssh", ...keyed() } as ConnectConfig,
      address: async () => ({ host: "no-such-host.invalid", port: 22 }),
    };
    const error = await failure((await connectors.ssh()).connect(to, access()));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "resolve" });
    expect(error.message).toMatch(
      /^Timeout waiting for SSH\.\nStage: {3}finding the address: the name no-such-host\.invalid/,
    );
  });
  it("an address that is never known", async () => {
    const { connectors } = await import("@kiln/communicators");
    const address = async (): Promise<never> => {
      throw new Error("couldn't determine address for instance");
    };
    const error = await failure(
      (await connectors.ssh()).connect(
        { config: { communicator: "ssh", ...keyed() } as ConnectConfig, address },
        access(),
      ),
    );
    expect(error.message).toContain("couldn't determine address for instance");
  });
  it("nothing listens", async () => {
    const port = await freePort();
    // Away from where the rounding to whole seconds turns: a timer may fire a little early.
    const error = await failure(connectTo(port, keyed({ ssh_timeout: 1800 })));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "tcp" });
    expect(error.message).toContain(`127.0.0.1:${port} refused the connection`);
    expect(error.message).toMatch(/Tried: {3}127\.0\.0\.1:\d+ as user "\w+", \d+ attempts in 2s/);
    expect(error.message).toContain("Advice:  nothing listens on that port: check ssh_port");
  });
  it("a server that accepts and stays silent", async () => {
    await using silent = await server(() => {});
    const error = await failure(connectTo(silent.port, keyed()));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "banner" });
    expect(error.message).toMatch(/^Timeout waiting for SSH\.\nStage: {3}waiting for the SSH banner/);
  });
  it("a server that closes at once", async () => {
    await using closing = await server((socket) => socket.end());
    const error = await failure(connectTo(closing.port, keyed()));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "banner" });
    expect(error.message).toContain("closed the connection without an SSH banner");
  });
  it("a server that speaks something else", async () => {
    await using web = await server((socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"));
    const error = await failure(connectTo(web.port, keyed()));
    expect(error).toMatchObject({ stage: "banner" });
  });
  it("a server that closes after its banner", async () => {
    await using closing = await server((socket) => socket.end("SSH-2.0-Broken_1\r\n"));
    const error = await failure(connectTo(closing.port, keyed()));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "key-exchange" });
    expect(error.message).toContain("Server:  Broken_1");
  });
  it("no key exchange in common, with what both offer", async () => {
    await using modern = await startSshd({ config: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"] });
    const error = await failure(connectTo(modern.port, keyed()));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "key-exchange" });
    expect(error.message).toContain("the server offers sntrup761x25519-sha512@openssh.com");
    expect(error.message).toContain("Offered: key exchanges curve25519-sha256");
  });
  it("no host key type in common", async () => {
    await runFile("ssh-keygen", ["-q", "-t", "dsa", "-N", "", "-f", join(sshd.dir, "dsa_host")]);
    await using old = await startSshd({
      config: ["HostKeyAlgorithms ssh-dss", `HostKey ${join(sshd.dir, "dsa_host")}`],
    });
    const error = await failure(connectTo(old.port, keyed()));
    expect(error).toMatchObject({ stage: "key-exchange" });
    expect(error.message).toContain("no host key type that both sides know; the server offers ssh-dss");
  });
  it("a wrong key, with its fingerprint and what the server would take", async () => {
    const wrong = join(sshd.dir, "wrong");
    await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", wrong]);
    const { stdout } = await runFile("ssh-keygen", ["-lf", wrong]);
    const { ssh_timeout: _, ...unlimited } = keyed();
    const error = await failure(
      connectTo(sshd.port, { ...unlimited, ssh_private_key_file: wrong, ssh_handshake_attempts: 2 }),
    );
    expect(error).toMatchObject({ code: "connect/authentication", stage: "authentication" });
    expect(error.message).toMatch(/^Error waiting for SSH: Kiln experienced an authentication error/);
    expect(error.message).toContain(`publickey ed25519 ${stdout.split(" ")[1]} (ssh_private_key_file): refused`);
    expect(error.message).toContain("the server accepts publickey");
    expect(error.message).toMatch(/2 attempts in /);
    expect(error.message).toMatch(/Server: {2}OpenSSH_/);
  });
  it("a server that allows no session", async () => {
    await using closed = await startSshd({ config: ["MaxSessions 0"] });
    const error = await failure(connectTo(closed.port, keyed({ ssh_private_key_file: closed.keyFile })));
    expect(error).toMatchObject({ code: "connect/timeout", stage: "shell" });
  });
  it("a key file that is none, at once", async () => {
    const file = join(sshd.dir, "nonsense");
    await writeFile(file, "hello\n");
    const error = await failure(connectTo(sshd.port, keyed({ ssh_private_key_file: file, ssh_timeout: 60_000 })));
    expect(error.message).toContain("it is not a private key");
  });
  it("and stops when aborted, with the signal's reason", async () => {
    await using silent = await server(() => {});
    const stop = new AbortController();
    const reason = new Error("enough");
    const work = connectTo(silent.port, keyed({ ssh_timeout: 60_000 }), access({}, stop.signal));
    setTimeout(() => stop.abort(reason), 100);
    await expect(work).rejects.toBe(reason);
  });
});

describe("waiting for a machine", () => {
  it("uses it soon after it is up", async () => {
    const port = await freePort();
    const { ssh_private_key_file: _, ...rest } = keyed();
    const starting = new Promise<Sshd>((resolve, reject) => {
      setTimeout(() => startSshd({ port }).then(resolve, reject), 300);
    });
    const key = await readFile(sshd.keyFile, "utf8");
    const work = connectTo(port, { ...rest, ssh_private_key: key, ssh_timeout: 20_000, ssh_handshake_attempts: 50 });
    await using late = await starting;
    await writeFile(join(late.dir, "authorized_keys"), await readFile(`${sshd.keyFile}.pub`));
    const up = performance.now();
    await using communicator = await work;
    expect(performance.now() - up).toBeLessThan(2000);
    expect(await output(communicator, "printf up")).toBe("up");
  });
  it("does not wait for a silent connection when another would be answered", async () => {
    let count = 0;
    await using forwarder = await server((socket) => {
      if (++count === 1) return; // as a forwarder does whose guest has not booted
      const onward = tcp({ port: sshd.port, host: "127.0.0.1" });
      socket.pipe(onward).pipe(socket);
      onward.on("error", () => socket.destroy());
      socket.on("close", () => onward.destroy());
    });
    const started = performance.now();
    await using communicator = await connectTo(forwarder.port, keyed({ ssh_timeout: 30_000 }));
    expect(performance.now() - started).toBeLessThan(6000);
    expect(await output(communicator, "printf through")).toBe("through");
  });
});

describe("a connection that is lost", () => {
  const signal = (): AbortSignal => AbortSignal.timeout(15_000);

  it("in the middle of a command is a value; with the server gone, so is the next one", async () => {
    const server = await startSshd();
    await using communicator = await connectTo(server.port, keyed({ ssh_private_key_file: server.keyFile }));
    let seen = "";
    const running = communicator.exec("printf begun; sleep 20", {
      signal: signal(),
      onOutput: ({ bytes }) => {
        seen += new TextDecoder().decode(bytes);
        if (seen === "begun") spawnSync("pkill", ["-9", "-P", String(server.pid), "sshd"]);
      },
    });
    expect(await running).toEqual({ exit: "disconnected" });
    await server[Symbol.asyncDispose]();
    expect(await communicator.exec("exit 0", { signal: signal() })).toEqual({
      exit: "disconnected",
      neverStarted: true,
    });
    const upload = communicator.upload((async function* () {})(), "/tmp/x", { signal: signal(), size: 0 });
    await expect(upload).rejects.toMatchObject({ code: "transfer/disconnected" });
  });
  it("in the middle of an upload is an error that says so", async () => {
    await using communicator = await connectTo(sshd.port, keyed());
    const path = join(sshd.dir, "partial");
    const source = async function* (): AsyncGenerator<Uint8Array> {
      for (let i = 0; i < 200; i++) {
        yield new Uint8Array(100_000);
        if (i === 100) await communicator.exec("kill -9 $PPID", { signal: signal() });
      }
    };
    const work = communicator.upload(source(), path, { signal: signal(), size: 20_000_000 });
    await expect(work).rejects.toMatchObject({ code: "transfer/disconnected" });
    expect(await output(communicator, "printf again")).toBe("again");
  });
  it("by silence is noticed after ssh_read_write_timeout", async () => {
    await using communicator = await connectTo(
      sshd.port,
      keyed({ ssh_read_write_timeout: 1000, ssh_keep_alive_interval: 300 }),
    );
    expect((await communicator.exec("sleep 2; exit 3", { signal: signal() })).exit).toBe(3);
    const started = performance.now();
    const { exit } = await communicator.exec("kill -STOP $PPID; sleep 10", { signal: signal() });
    expect(exit).toBe("disconnected");
    expect(performance.now() - started).toBeLessThan(6000);
    spawnSync("pkill", ["-CONT", "-P", String(sshd.pid), "sshd"]);
  });
});

describe("restricted machines", () => {
  it("with a forced command run that one", async () => {
    await using forced = await startSshd({ config: ["ForceCommand printf forced; exit 9"] });
    await using communicator = await connectTo(forced.port, keyed({ ssh_private_key_file: forced.keyFile }));
    expect(await output(communicator, "printf free")).toBe("forced");
  });

  const without = async (tools: readonly string[], sftp: boolean): Promise<Sshd> => {
    const bin = join(sshd.dir, `bin-${tools.length}-${sftp}`);
    await mkdir(bin, { recursive: true });
    for (const tool of tools) await symlink(`/bin/${tool}`, join(bin, tool)).catch(() => {});
    return startSshd({ config: [`SetEnv PATH=${bin}`, ...(sftp ? [] : ["Subsystem sftp /nonexistent"])] });
  };
  const bytes = (text: string) =>
    (async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(text);
    })();
  const signal = (): AbortSignal => AbortSignal.timeout(15_000);

  it("without scp get their files over sftp, said once", async () => {
    await using bare = await without(["cat", "mkdir", "chmod", "ls"], true);
    const used = access();
    await using communicator = await connectTo(bare.port, keyed({ ssh_private_key_file: bare.keyFile }), used);
    for (const name of ["one", "two"]) {
      await communicator.upload(bytes(name), join(bare.dir, name), { signal: signal(), mode: 0o700 });
    }
    expect(await readFile(join(bare.dir, "two"), "utf8")).toBe("two");
    expect((await stat(join(bare.dir, "two"))).mode & 0o777).toBe(0o700);
    expect(used.ui.lines).toEqual([
      "    SCP failed to start. This usually means that SCP is not properly installed on the remote system. Using sftp instead.",
    ]);
    await mkdir(join(bare.dir, "local/sub"), { recursive: true });
    await writeFile(join(bare.dir, "local/sub/f"), "F");
    await communicator.uploadDirectory(join(bare.dir, "local"), join(bare.dir, "fresh"), { signal: signal() });
    // As scp does it: a destination that is not there becomes the copy itself.
    expect(await readFile(join(bare.dir, "fresh/sub/f"), "utf8")).toBe("F");
    await communicator.downloadDirectory(`${bare.dir}/fr*`, join(bare.dir, "back"), { signal: signal() });
    expect(await readFile(join(bare.dir, "back/fresh/sub/f"), "utf8")).toBe("F");
  });
  it("without scp and sftp get single files with cat", async () => {
    await using bare = await without(["cat", "chmod"], false);
    const used = access();
    await using communicator = await connectTo(bare.port, keyed({ ssh_private_key_file: bare.keyFile }), used);
    const path = join(bare.dir, "a file");
    await communicator.upload(bytes("content"), path, { signal: signal(), mode: 0o600 });
    expect(await readFile(path, "utf8")).toBe("content");
    let back = "";
    for await (const chunk of communicator.download(path, { signal: signal() }))
      back += new TextDecoder().decode(chunk);
    expect(back).toBe("content");
    const nowhere = communicator.upload(bytes("x"), join(bare.dir, "no/such"), { signal: signal() });
    await expect(nowhere).rejects.toMatchObject({ code: "transfer/refused" });
    const tree = communicator.uploadDirectory(bare.dir, "/tmp", { signal: signal() });
    await expect(tree).rejects.toMatchObject({ code: "transfer/unsupported" });
    expect(used.ui.lines).toHaveLength(2);
  });
  it("whose shell talks at start-up take uploads, and say what disturbs downloads", async () => {
    await using chatty = await startSshd({ config: ["SetEnv BASH_ENV=/nonexistent"], authorized: [] });
    const line = (await readFile(`${chatty.keyFile}.pub`, "utf8")).trim();
    await writeFile(
      join(chatty.dir, "authorized_keys"),
      `command="echo Welcome to this machine; eval $SSH_ORIGINAL_COMMAND" ${line}\n`,
    );
    await using communicator = await connectTo(chatty.port, keyed({ ssh_private_key_file: chatty.keyFile }));
    const path = join(chatty.dir, "x");
    await communicator.upload(bytes("x"), path, { signal: signal() });
    expect(await readFile(path, "utf8")).toBe("x");
    const back = communicator.download(path, { signal: signal() })[Symbol.asyncIterator]().next();
    await expect(back).rejects.toThrow(
      /"Welcome to this machine" instead of a file; if the machine's shell prints that/,
    );
  });
});

describe("nothing is left", () => {
  it("of sockets and timers after the end", async () => {
    const before = process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    const communicator = await connectTo(sshd.port, keyed({ ssh_timeout: 20_000 }));
    await communicator.exec("exit 0", { signal: AbortSignal.timeout(5000) });
    await communicator[Symbol.asyncDispose]();
    const left = (): number => process.getActiveResourcesInfo().filter((name) => /TCP|Timeout/.test(name)).length;
    await expect.poll(left, { timeout: 3000 }).toBeLessThanOrEqual(before);
  });
});
