import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, readlink, rm, stat, symlink, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import ssh2 from "ssh2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Machine } from "../../packages/local-cloud/src/machine/contract.ts";
import { openBench, type RealBench, say } from "./bench.ts";

describe("OpenSSH's clients on a machine", () => {
  let bench: RealBench;
  let machine: Machine;
  let work: string;
  beforeAll(async () => {
    bench = await openBench();
    machine = await bench.machines.launch(bench.spec("i-clients"), AbortSignal.timeout(30_000));
    work = await mkdtemp(join(bench.folder, "work-"));
  });
  afterAll(() => bench[Symbol.asyncDispose]());

  it("logs in as the default user with a login environment", async () => {
    const said = await bench.ssh(
      machine,
      'id -un; pwd; echo "$HOME $USER $LOGNAME $SHELL"; hostname; echo "$SSH_CONNECTION"',
    );
    const [name, folder, environment, host, connection] = said.output.split("\n");
    expect([name, folder, environment, host]).toEqual([
      "ubuntu",
      "/home/ubuntu",
      "/home/ubuntu ubuntu ubuntu /bin/bash",
      "ip-i-clients",
    ]);
    expect(connection).toMatch(new RegExp(`^[\\d.]+ \\d+ ${machine.address} 22$`));
  });

  it("passes exit codes, streams and the end of input", async () => {
    const said = await bench.ssh(machine, "cat; echo oops >&2; exit 7", [], "to be read\n");
    expect(said).toEqual({ code: 7, output: "to be read\n", errors: "oops\n" });
  });

  it("gives commands pipes that can be opened by name", async () => {
    const said = await bench.ssh(machine, "echo one | tee /dev/stderr | cat >/dev/stdout");
    expect(said).toEqual({ code: 0, output: "one\n", errors: "one\n" });
  });

  it("keeps much output of both streams whole and in order", async () => {
    const script = "seq 1 400000; seq 1 400000 >&2; seq 400001 400010";
    const said = await bench.ssh(machine, script);
    expect(said.output.split("\n").length).toBe(400_011);
    expect(said.errors.split("\n").length).toBe(400_001);
  });

  it("makes a terminal where one is asked for", async () => {
    const said = await bench.ssh(machine, "tty; echo $SSH_TTY $TERM; exit 3", ["-tt"]);
    expect(said.code).toBe(3);
    expect(said.output).toMatch(/^\/dev\/pts\/\d+\r\n\/dev\/pts\/\d+ \S+\r\n/);
  });

  it("starts a login shell without a command", async () => {
    const said = await say("ssh", [...bench.sshOptions, `ubuntu@${machine.address}`], "echo $0; exit 4\n");
    expect(said.code).toBe(4);
    expect(said.output).toContain("bash");
  });

  it("refuses a key that is not authorized, and an account that is not there", async () => {
    await say("ssh-keygen", ["-q", "-t", "ecdsa", "-N", "", "-f", join(work, "other")]);
    const options = bench.sshOptions.map((option) => (option === bench.key ? join(work, "other") : option));
    const stranger = await say("ssh", [...options, `ubuntu@${machine.address}`, "true"]);
    expect(stranger.errors).toContain("Permission denied (publickey)");
    const nobody = await say("ssh", [...bench.sshOptions, `nosuchuser@${machine.address}`, "true"]);
    expect(nobody.errors).toContain("Permission denied (publickey)");
  });

  it("accepts RSA and ECDSA keys that a provisioner adds, and root's, from the next login on", async () => {
    for (const type of ["rsa", "ecdsa"]) {
      const key = join(work, `added-${type}`);
      await say("ssh-keygen", ["-q", "-t", type, "-N", "", "-f", key]);
      const line = await readFile(`${key}.pub`, "utf8");
      await bench.ssh(
        machine,
        "sudo mkdir -p /root/.ssh && sudo tee -a /root/.ssh/authorized_keys >/dev/null",
        [],
        line,
      );
      const options = bench.sshOptions.map((option) => (option === bench.key ? key : option));
      const said = await say("ssh", [...options, `root@${machine.address}`, "id -un"]);
      expect(said.output).toBe("root\n");
    }
  });

  for (const cipher of ["aes128-gcm@openssh.com", "chacha20-poly1305@openssh.com", "aes256-ctr"]) {
    it(`speaks ${cipher}`, async () => {
      expect((await bench.ssh(machine, "echo ok", ["-c", cipher])).output).toBe("ok\n");
    });
  }

  for (const [name, flags] of [
    ["scp's own protocol", ["-O"]],
    ["SFTP", ["-s"]],
  ] as const) {
    it(`carries files and folders there and back over ${name}`, async () => {
      const source = join(work, `source${flags[0]}`);
      await mkdir(join(source, "empty"), { recursive: true });
      await mkdir(join(source, "naïve folder"));
      await writeFile(join(source, "naïve folder", "a file.bin"), randomBytes(3_000_001));
      await writeFile(join(source, "run.sh"), "#!/bin/sh\n", { mode: 0o751 });
      await writeFile(join(source, "nothing"), "");
      const remote = `ubuntu@${machine.address}:`;
      const up = await say("scp", [...flags, ...bench.sshOptions, "-rp", source, `${remote}copied${flags[0]}`]);
      expect(up).toMatchObject({ code: 0, errors: "" });
      const back = join(work, `back${flags[0]}`);
      const down = await say("scp", [...flags, ...bench.sshOptions, "-rp", `${remote}copied${flags[0]}`, back]);
      expect(down).toMatchObject({ code: 0, errors: "" });
      expect((await say("diff", ["-r", source, back])).output).toBe("");
      expect((await stat(join(back, "run.sh"))).mode & 0o777).toBe(0o751);
      const owner = await bench.ssh(machine, `stat -c %U copied${flags[0]}/run.sh`);
      expect(owner.output).toBe("ubuntu\n");
    });

    it(`keeps to the user's rights over ${name}`, async () => {
      await writeFile(join(work, "small"), "x");
      const said = await say("scp", [
        ...flags,
        ...bench.sshOptions,
        join(work, "small"),
        `ubuntu@${machine.address}:/root/small`,
      ]);
      expect(said.code).not.toBe(0);
      expect(said.errors).toContain("Permission denied");
    });
  }

  it("answers every command of sftp, links resolved inside the machine", async () => {
    await writeFile(join(work, "up"), "content\n");
    const batch = [
      "mkdir box",
      `put ${join(work, "up")} box/a`,
      "rename box/a box/b",
      "symlink /etc/hostname box/link",
      "chmod 640 box/b",
    ];
    const more = [
      "ls -l box",
      `get box/link ${join(work, "link")}`,
      "ln box/b box/c",
      "df",
      "rm box/b",
      "rm box/c",
      "rm box/link",
      "rmdir box",
      "pwd",
    ];
    const said = await say(
      "sftp",
      [...bench.sshOptions, "-b", "-", `ubuntu@${machine.address}`],
      [...batch, ...more].join("\n"),
    );
    expect(said.code, said.errors).toBe(0);
    expect(said.output).toMatch(/-rw-r-----.* b\n/);
    expect(said.output).toContain("Remote working directory: /home/ubuntu");
    expect(await readFile(join(work, "link"), "utf8")).toBe("ip-i-clients\n");
  });

  it("expands wildcards of scp in the machine", async () => {
    const to = join(work, "wild");
    await mkdir(to);
    await say("scp", ["-O", ...bench.sshOptions, `ubuntu@${machine.address}:/etc/host*`, to]);
    expect(await readdir(to)).toContain("hostname");
  });

  it("forwards ports both ways", async () => {
    const listen = 20_000 + (process.pid % 20_000);
    const child = spawn("ssh", [
      ...bench.sshOptions,
      "-N",
      "-L",
      `127.0.0.1:${listen}:127.0.0.1:22`,
      "-R",
      `${listen}:${machine.address}:22`,
      `ubuntu@${machine.address}`,
    ]);
    try {
      expect(await bannerOf(listen)).toContain("SSH-2.0-");
      const inside = await bench.ssh(machine, `exec 3<>/dev/tcp/127.0.0.1/${listen}; head -c 8 <&3`);
      expect(inside.output).toBe("SSH-2.0-");
    } finally {
      child.kill();
    }
  });

  it("forwards the agent", async () => {
    const agent = await say("ssh-agent", ["-s"]);
    const [, socket = "", pid = ""] = /SSH_AUTH_SOCK=([^;]+).*SSH_AGENT_PID=(\d+)/s.exec(agent.output) ?? [];
    try {
      await say("env", [`SSH_AUTH_SOCK=${socket}`, "ssh-add", "-q", bench.key]);
      const args = [
        `SSH_AUTH_SOCK=${socket}`,
        "ssh",
        ...bench.sshOptions,
        "-A",
        `ubuntu@${machine.address}`,
        "ssh-add -l",
      ];
      expect((await say("env", args)).output).toContain("ED25519");
    } finally {
      process.kill(Number(pid));
    }
  });

  it("lets a client signal its command", async () => {
    const child = spawn("ssh", [...bench.sshOptions, "-tt", `ubuntu@${machine.address}`, "echo ready; sleep 60"]);
    const ended = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    child.stdin.write("\u0003");
    await ended;
    expect((await bench.ssh(machine, "pgrep -c -x sleep")).output).toBe("0\n");
  });

  it("tells programs of a new window size, and hangs up on them at the end", async () => {
    const client = await login();
    const output = await new Promise<string>((resolve, reject) => {
      client.shell({ rows: 24, cols: 80, term: "vt100" }, (error, channel) => {
        if (error) return reject(error);
        let text = "";
        channel.on("data", (data: Buffer) => {
          text += data.toString();
          if (text.includes("24 80\r\n")) channel.setWindow(50, 132, 0, 0);
          if (text.includes("50 132\r\n")) resolve(text);
        });
        channel.write("while :; do stty size; sleep 0.1; done\n");
      });
    });
    client.end();
    expect(output).toContain("50 132");
    const count = async (): Promise<string> => (await bench.ssh(machine, "pgrep -c -x script")).output;
    for (let tries = 0; tries < 50 && (await count()) !== "0\n"; tries++) {
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect(await count()).toBe("0\n");
  });

  it("obeys a command that an authorized key forces", async () => {
    const key = join(work, "forced");
    await say("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    const line = `command="echo forced: $SSH_ORIGINAL_COMMAND" ${await readFile(`${key}.pub`, "utf8")}`;
    await bench.ssh(machine, "cat >>.ssh/authorized_keys", [], line);
    const options = bench.sshOptions.map((option) => (option === bench.key ? key : option));
    const said = await say("ssh", [...options, `ubuntu@${machine.address}`, "something else"]);
    expect(said.output).toBe("forced: something else\n");
  });

  it("ends its sessions when the machine stops", async () => {
    const other = await bench.machines.launch(bench.spec("i-ends"), AbortSignal.timeout(30_000));
    const child = spawn("ssh", [...bench.sshOptions, `ubuntu@${other.address}`, "echo ready; sleep 600"]);
    await new Promise<void>((resolve) => void child.stdout.once("data", () => resolve()));
    const ended = new Promise<number | null>((resolve) => void child.once("exit", resolve));
    await other.stop(AbortSignal.timeout(30_000));
    expect(await ended).not.toBe(0);
    await other.destroy(AbortSignal.timeout(30_000));
  });

  it("takes a large upload without growing", async () => {
    const grown = join(work, "large");
    await say("truncate", ["-s", "600M", grown]);
    const said = await say("scp", [...bench.sshOptions, grown, `ubuntu@${machine.address}:large`]);
    expect(said.code).toBe(0);
    const servers = await say("sh", [
      "-c",
      "for p in $(pgrep -f ssh-server/main.ts); do awk '/VmHWM/ { print $2 }' /proc/$p/status; done",
    ]);
    const most = Math.max(...servers.output.trim().split("\n").map(Number));
    expect(most).toBeLessThan(350 * 1024);
    expect((await bench.ssh(machine, "stat -c %s large; rm large")).output).toBe(`${600 * 1024 * 1024}\n`);
  });

  const login = async (): Promise<ssh2.Client> => {
    const client = new ssh2.Client();
    const privateKey = await readFile(bench.key);
    await new Promise<void>((resolve, reject) => {
      client.once("ready", () => resolve());
      client.once("error", reject);
      client.connect({ host: machine.address, username: "ubuntu", privateKey });
    });
    return client;
  };

  it("keeps a link of the source a link's target, as scp does", async () => {
    const source = join(work, "with-link");
    await mkdir(source);
    await writeFile(join(source, "file"), "linked");
    await symlink("file", join(source, "link"));
    await say("scp", ["-O", ...bench.sshOptions, "-r", source, `ubuntu@${machine.address}:linked`]);
    expect((await bench.ssh(machine, "cat linked/link")).output).toBe("linked");
    expect(await readlink(join(source, "link"))).toBe("file");
    await rm(source, { recursive: true });
  });
});

/** The first bytes that a port says, tried until someone listens. */
async function bannerOf(port: number): Promise<string> {
  for (let tries = 0; ; tries++) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("data", (data) => {
          socket.destroy();
          resolve(data.toString());
        });
        socket.once("error", reject);
      });
    } catch (error) {
      if (tries > 50) throw error;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
  }
}
