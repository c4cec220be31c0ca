import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serveSsh } from "@kiln/communicators";
import type { Communicator, SshServer } from "@kiln/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectTo } from "../ssh/connecting.ts";
import { startSshd } from "../ssh/sshd.ts";
import { LocalMachine } from "./local-machine.ts";
import { type Ended, runProgram } from "./run-program.ts";
import { type Scratch, scratch } from "./scratch.ts";

/** OpenSSH's clients against the server that Kiln gives to provisioners. */
interface Bed {
  readonly dir: Scratch;
  readonly server: SshServer;
  client(program: "ssh" | "scp" | "sftp", args: readonly string[], input?: string): Promise<Ended>;
  close(): Promise<void>;
}

async function openBed(open: () => Promise<Communicator & AsyncDisposable>): Promise<Bed> {
  const dir = scratch();
  const communicator = await open();
  const server = await serveSsh(communicator, { user: "me" });
  const keyFile = join(dir.path, "key");
  writeFileSync(keyFile, server.privateKey ?? "", { mode: 0o600 });
  const common = [
    "-oStrictHostKeyChecking=no",
    "-oUserKnownHostsFile=/dev/null",
    "-oLogLevel=ERROR",
    "-oBatchMode=yes",
  ];
  return {
    dir,
    server,
    client: (program, args, input = "") =>
      runProgram(
        program,
        [program === "ssh" ? "-p" : "-P", String(server.port), "-i", keyFile, "-oUser=me", ...common, ...args],
        { input },
      ),
    close: async () => {
      await server[Symbol.asyncDispose]();
      await communicator[Symbol.asyncDispose]();
      dir[Symbol.dispose]();
    },
  };
}

async function overSshd(config: readonly string[]): Promise<Communicator> {
  const sshd = await startSshd({ config });
  const communicator = await connectTo(sshd.port, { ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile });
  const dispose = communicator[Symbol.asyncDispose].bind(communicator);
  return Object.assign(communicator, {
    [Symbol.asyncDispose]: async () => {
      await dispose();
      await sshd[Symbol.asyncDispose]();
    },
  });
}

const sha = (path: string): string => createHash("sha256").update(readFileSync(path)).digest("hex");
const mode = (path: string): string => (statSync(path).mode & 0o7777).toString(8);

const machines: readonly [string, () => Promise<Communicator>][] = [
  ["a machine over SSH with its own sftp", () => overSshd([])],
  ["a machine that is no SSH server", async () => new LocalMachine()],
];

describe.each(machines)("%s", (_, open) => {
  let bed: Bed;
  beforeEach(async () => {
    bed = await openBed(open);
  });
  afterEach(() => bed.close());

  it("runs commands: both outputs, standard input, exit status", async () => {
    const input = "x".repeat(300_000);
    const done = await bed.client("ssh", ["127.0.0.1", "wc -c; echo err >&2; exit 7"], input);
    expect([done.code, done.stdout.trim(), done.stderr.trim()]).toEqual([7, "300000", "err"]);
  });

  it("brings back much output whole, both streams at once", async () => {
    const command = "head -c 6000000 /dev/zero | tr '\\0' a & head -c 6000000 /dev/zero | tr '\\0' b >&2; wait";
    const done = await bed.client("ssh", ["127.0.0.1", command]);
    expect(done.stdout).toBe("a".repeat(6_000_000));
    expect(done.stderr).toBe("b".repeat(6_000_000));
  });

  it("runs many commands at once over one connection", async () => {
    const control = join(bed.dir.path, "c");
    const shared = ["-oControlMaster=auto", `-oControlPath=${control}`, "-oControlPersist=no"];
    const ask = async (i: number): Promise<string> =>
      (await bed.client("ssh", [...shared, "127.0.0.1", `sleep 0.1; echo ${i}`])).stdout.trim();
    expect(await ask(0)).toBe("0");
    expect(await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(ask))).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    await bed.client("ssh", [...shared, "-O", "exit", "127.0.0.1"]);
  });

  it.each([["scp"], ["scp -O"], ["sftp"]])("%s puts and gets files", async (way) => {
    const { path } = bed.dir;
    const [from, to, back] = ["from", "to dir/it's", "back"].map((name) => join(path, name));
    if (!from || !to || !back) throw new Error("no paths");
    mkdirSync(join(path, "to dir"));
    writeFileSync(from, randomBytes(3_000_001), { mode: 0o640 });
    writeFileSync(join(path, "empty"), "");
    const word = (text: string): string => (way === "scp -O" ? `'${text.replaceAll("'", `'"'"'`)}'` : text);
    const copy = async (a: string, b: string, aIsRemote: boolean): Promise<Ended> => {
      if (way === "sftp") {
        return bed.client("sftp", ["-b", "-", "127.0.0.1"], `${aIsRemote ? "get" : "put"} "${a}" "${b}"\n`);
      }
      const args = aIsRemote ? [`127.0.0.1:${word(a)}`, b] : [a, `127.0.0.1:${word(b)}`];
      return bed.client("scp", [...(way === "scp -O" ? ["-O", "-T"] : []), ...args]);
    };
    for (const done of [await copy(from, to, false), await copy(to, back, true)]) {
      expect([done.code, done.stderr]).toEqual([0, ""]);
    }
    expect([sha(to), sha(back), mode(to)]).toEqual([sha(from), sha(from), "640"]);
    // Over a longer one, and of no length.
    expect((await copy(join(path, "empty"), to, false)).code).toBe(0);
    expect(statSync(to).size).toBe(0);
    const missing = await copy(from, join(path, "no/where"), false);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toMatch(/no such file|nonexistent/i);
    const nothing = await copy(join(path, "absent"), back, true);
    expect(nothing.code).not.toBe(0);
    expect(nothing.stderr).toMatch(/no such file|not found/i);
  });

  it.each([
    ["scp", []],
    ["scp -O", ["-O"]],
  ])("%s takes whole directories, with times and modes", async (_way, flags) => {
    const { path } = bed.dir;
    const from = join(path, "tree");
    mkdirSync(join(from, "a/b"), { recursive: true });
    writeFileSync(join(from, "a/b/one"), "1", { mode: 0o755 });
    writeFileSync(join(from, "two"), "22");
    await runProgram("touch", ["-d", "@1500000000", join(from, "two"), join(from, "a/b/one")]);
    const there = await bed.client("scp", [...flags, "-rp", from, `127.0.0.1:${path}/copy`]);
    expect([there.code, there.stderr]).toEqual([0, ""]);
    const back = await bed.client("scp", [...flags, "-rp", `127.0.0.1:${path}/copy`, `${path}/again`]);
    expect([back.code, back.stderr]).toEqual([0, ""]);
    for (const copy of ["copy", "again"]) {
      expect(readdirSync(join(path, copy)).toSorted()).toEqual(["a", "two"]);
      expect(readFileSync(join(path, copy, "a/b/one"), "utf8")).toBe("1");
      expect(mode(join(path, copy, "a/b/one"))).toBe("755");
      expect(statSync(join(path, copy, "two")).mtimeMs).toBe(1_500_000_000_000);
    }
  });

  it("answers what else sftp asks", async () => {
    const { path } = bed.dir;
    writeFileSync(join(path, "file"), "hello\n");
    symlinkSync("file", join(path, "link"));
    writeFileSync(join(path, "long"), "0123456789");
    writeFileSync(join(path, "part"), "01234");
    const script = [
      `cd ${path}`,
      "pwd",
      "mkdir sub",
      `put ${path}/file sub/new`,
      "rename sub/new sub/newer",
      "ls -la",
      "chmod 600 sub/newer",
      "ln -s sub/newer made",
      `get made ${path}/got`,
      "rm file",
      "-rm file",
      "-mkdir sub",
      "-rmdir absent",
      `reput ${path}/long part`,
      "mkdir gone",
      "rmdir gone",
      "",
    ].join("\n");
    const sftp = await bed.client("sftp", ["-b", "-", "127.0.0.1"], script);
    expect(sftp.code, sftp.stderr).toBe(0);
    expect(sftp.stdout).toContain(`Remote working directory: ${path}`);
    expect(sftp.stdout).toMatch(/lrwxrwxrwx.* link/);
    expect(readdirSync(path).toSorted()).toEqual(["got", "key", "link", "long", "made", "part", "sub"]);
    expect(readFileSync(join(path, "got"), "utf8")).toBe("hello\n");
    expect(readFileSync(join(path, "part"), "utf8")).toBe("0123456789");
    expect(mode(join(path, "sub/newer"))).toBe("600");
  });

  it("lets nobody else in", async () => {
    const other = join(bed.dir.path, "other");
    await runProgram("ssh-keygen", ["-qt", "ed25519", "-N", "", "-f", other]);
    const args = [
      "-p",
      String(bed.server.port),
      "-oStrictHostKeyChecking=no",
      "-oUserKnownHostsFile=/dev/null",
      "-oBatchMode=yes",
      "-oIdentitiesOnly=yes",
    ];
    const wrongKey = await runProgram("ssh", [...args, "-i", other, "me@127.0.0.1", "true"]);
    const wrongUser = await runProgram("ssh", [...args, "-i", join(bed.dir.path, "key"), "you@127.0.0.1", "true"]);
    expect([wrongKey.code, wrongUser.code]).toEqual([255, 255]);
    expect(wrongKey.stderr).toContain("Permission denied (publickey)");
  });
});

it("brings a thousand files, by scp and by rsync", async () => {
  const bed = await openBed(() => overSshd([]));
  const { path } = bed.dir;
  try {
    mkdirSync(join(path, "many"));
    for (let i = 0; i < 1000; i++) writeFileSync(join(path, "many", `f${i}`), `${i}`);
    const ssh = `ssh -p ${bed.server.port} -i ${path}/key -oUser=me -oStrictHostKeyChecking=no -oUserKnownHostsFile=/dev/null -oLogLevel=ERROR`;
    for (const done of [
      await bed.client("scp", ["-rq", join(path, "many"), `127.0.0.1:${path}/scp`]),
      await runProgram("rsync", ["-a", "-e", ssh, `${path}/many/`, `127.0.0.1:${path}/rsync`]),
    ]) {
      expect([done.code, done.stderr]).toEqual([0, ""]);
    }
    for (const copy of ["scp", "rsync"]) {
      const names = readdirSync(join(path, copy));
      expect(names).toHaveLength(1000);
      for (const name of names) expect(readFileSync(join(path, copy, name), "utf8")).toBe(name.slice(1));
    }
  } finally {
    await bed.close();
  }
});

it("answers sftp itself where the machine's SSH server does not", async () => {
  const bed = await openBed(() => overSshd(["Subsystem none /bin/false"]));
  try {
    const [from, to] = [join(bed.dir.path, "from"), join(bed.dir.path, "to")];
    writeFileSync(from, "text");
    for (const way of [[], ["-O"]]) {
      const done = await bed.client("scp", [...way, from, `127.0.0.1:${to}`]);
      expect([done.code, done.stderr, readFileSync(to, "utf8")]).toEqual([0, "", "text"]);
    }
  } finally {
    await bed.close();
  }
});

/** sshd itself signals no command of root's; so this machine is the local one. */
it("ends what runs on the machine when the client goes", async () => {
  await using machine = new LocalMachine();
  await using server = await serveSsh(machine, { user: "me" });
  using dir = scratch();
  const [key, mark] = [join(dir.path, "key"), join(dir.path, "mark")];
  writeFileSync(key, server.privateKey ?? "", { mode: 0o600 });
  const args = ["-p", String(server.port), "-i", key, "-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null"];
  const command = `trap 'echo ended >${mark}; exit' TERM; echo started; while :; do sleep 0.1; done`;
  const client = await runProgram("timeout", ["-s", "KILL", "1", "ssh", ...args, "me@127.0.0.1", command]);
  expect(client.stdout).toBe("started\n");
  await expect.poll(() => existsSync(mark), { timeout: 10_000 }).toBe(true);
});
