import { execFileSync, spawn } from "node:child_process";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { nodeHost } from "@kiln/host-node";
import type { Communicator, ExecOptions } from "@kiln/sdk";
import { TransferError } from "@kiln/sdk";
import { fakePrepareContext } from "@kiln/sdk/testing";
import { describe, expect, it } from "vitest";
import { shell } from "../../packages/plugins/core/src/provisioners/shell/index.ts";
import { prepared } from "./prepared.ts";
import { type RealRun, realRun, scratch } from "./real-run.ts";

/** OpenSSH's own client: an independent reading of the protocol. */
class OpenSsh implements Communicator {
  readonly kind = "ssh";
  readonly #args: readonly string[];
  constructor(args: readonly string[]) {
    this.#args = args;
  }
  async exec(command: string, options: ExecOptions): Promise<{ readonly exit: number | "disconnected" }> {
    const child = spawn("ssh", [...this.#args, command]);
    child.stdin.on("error", () => {});
    child.stdout.on("data", (bytes: Buffer) => options.onOutput?.({ stream: "stdout", bytes }));
    // Without -q the client mixes its own words in here; with it these are the machine's.
    child.stderr.on("data", (bytes: Buffer) => options.onOutput?.({ stream: "stderr", bytes }));
    const code = new Promise<number>((resolve) => child.once("close", (status) => resolve(status ?? 255)));
    for await (const chunk of options.stdin ?? []) child.stdin.write(chunk);
    child.stdin.end();
    const exit = await code;
    return { exit: exit === 255 ? "disconnected" : exit };
  }
  async upload(source: AsyncIterable<Uint8Array>, path: string): Promise<void> {
    const { signal } = new AbortController();
    const { exit } = await this.exec(`cat >${path}`, { signal, stdin: source });
    if (exit !== 0) throw new TransferError("transfer/refused", `cat ended with ${exit}`);
  }
  async uploadDirectory(): Promise<void> {}
  download(): AsyncIterable<Uint8Array> {
    throw new TransferError("transfer/unsupported", "not here");
  }
  async downloadDirectory(): Promise<void> {}
  async [Symbol.asyncDispose](): Promise<void> {}
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** An sshd of our own whose log of commands is `log`. `force` is the command that runs in place of what was asked. */
async function sshd(directory: string, force: string) {
  const at = (name: string): string => `${directory}/${name}`;
  const port = await freePort();
  for (const key of ["host", "user"]) execFileSync("ssh-keygen", ["-qt", "ed25519", "-N", "", "-f", at(key)]);
  await writeFile(at("force"), `#!/bin/sh\nprintf '%s\\n' "$SSH_ORIGINAL_COMMAND" >>${at("log")}\n${force}\n`, {
    mode: 0o755,
  });
  await writeFile(
    at("config"),
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${at("host")}`,
      `AuthorizedKeysFile ${at("user.pub")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      "PidFile none",
      `ForceCommand ${at("force")}`,
      "",
    ].join("\n"),
  );
  await mkdir("/run/sshd", { recursive: true });
  const child = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", at("config")], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve) => child.stderr.once("data", () => resolve()));
  child.stderr.resume();
  const args = [
    "-q",
    "-p",
    String(port),
    "-i",
    at("user"),
    "-oStrictHostKeyChecking=no",
    "-oUserKnownHostsFile=/dev/null",
    "-oBatchMode=yes",
    "root@127.0.0.1",
  ];
  return {
    communicator: new OpenSsh(args),
    commands: async (): Promise<readonly string[]> => (await readFile(at("log"), "utf8")).trim().split("\n"),
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        child.once("close", () => resolve());
        child.kill();
      }),
  };
}

async function run(
  communicator: Communicator,
  settings: Partial<Parameters<typeof shell.prepare>[0]>,
): Promise<RealRun> {
  const ctx = realRun({ communicator, buildName: "web", builderType: "null" });
  const defaults = {
    binary: false,
    use_env_var_file: false,
    expect_disconnect: false,
    skip_clean: false,
    remote_folder: "/tmp",
    valid_exit_codes: [0],
    start_retry_timeout: 0,
  };
  const ready = prepared(
    await shell.prepare({ ...defaults, ...settings }, { ...fakePrepareContext(), files: nodeHost().files }),
  );
  await ready.run(ctx);
  return ctx;
}

describe.each([
  ["dash", 'exec /bin/dash -c "$SSH_ORIGINAL_COMMAND"'],
  ["bash", 'exec /bin/bash --norc -c "$SSH_ORIGINAL_COMMAND"'],
])("an account with %s", (_, force) => {
  it("runs a script in one session, gone afterwards, its exit code kept", async () => {
    await using dir = await scratch();
    await using server = await sshd(dir.path, force);
    const ctx = await run(server.communicator, {
      inline: ['echo "in $0"', "echo err >&2", "cat", "exit 3"],
      valid_exit_codes: [3],
      remote_path: dir.at("s.sh"),
      environment_vars: ["A=it's"],
    });
    expect(ctx.ui.lines.slice(1).toSorted()).toEqual([`    in ${dir.at("s.sh")}`, "!!> err"].toSorted());
    expect(await server.commands()).toEqual([
      expect.stringMatching(/^\/bin\/sh -c 'test -t 0 && exit 0; eval "\$\(dd bs=1 count=\d+ 2>\/dev\/null\)"'$/),
    ]);
    expect(await nodeHost().files.stat(dir.at("s.sh"))).toBeUndefined();
  });

  it("brings a long script whole", async () => {
    await using dir = await scratch();
    await using server = await sshd(dir.path, force);
    await writeFile(dir.at("long.sh"), `#!/bin/sh\nwc -c <$0\nexit 0\n${"# padding\n".repeat(100_000)}`);
    const ctx = await run(server.communicator, { script: dir.at("long.sh"), remote_path: dir.at("s.sh") });
    expect(ctx.ui.lines[1]?.trim()).toBe("1000027");
  });

  it("tells a session that is cut from a script that fails", async () => {
    await using dir = await scratch();
    await using server = await sshd(dir.path, force);
    const cut = `p=$PPID; while [ "$(cat /proc/$p/comm)" != sshd ]; do p=$(awk '{print $4}' /proc/$p/stat); done; kill -9 $p; sleep 5`;
    await expect(run(server.communicator, { inline: [cut], remote_path: dir.at("s.sh") })).rejects.toThrow(
      "Script disconnected unexpectedly.",
    );
  });
});

it("is not fooled by an account that runs something else and calls it success", async () => {
  await using dir = await scratch();
  await using server = await sshd(dir.path, "cat >/dev/null; echo This account is restricted; exit 0");
  const ctx = await run(server.communicator, { inline: ["echo hi"], remote_path: dir.at("s.sh") });
  // As with Packer, it is told only what it asked for; but the script was never taken for run in one go.
  expect(await server.commands()).toHaveLength(5);
  expect(ctx.ui.lines.slice(1)).toEqual(["    This account is restricted"]);
});
