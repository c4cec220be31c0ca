import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectors, serveSsh } from "@kiln/communicators";
import { nodeHost } from "@kiln/host-node";
import type { Communicator, ConnectConfig } from "@kiln/sdk";
import { FakeUi } from "@kiln/sdk/testing";
import { type Sshd, startSshd } from "../test/ssh/sshd.ts";

/**
 * The same playbook straight to an sshd and through Kiln's SSH server to it, by every way that Ansible moves files: interleaved, medians.
 * Arguments: number of runs, 5 when not given, and the ways to measure, all when not given. Fails where the server costs more than 1.3×.
 */
const runs = Number(process.argv[2] ?? 5);
const wanted = process.argv.slice(3);
const limit = 1.3;
const work = mkdtempSync(join(tmpdir(), "kiln-bench-ansible-"));

const tasks = Array.from(
  { length: 3 },
  (_, i) =>
    `    - command: "true"\n    - copy: { content: "{{ 'x' * 100000 }}${i}", dest: "${work}/out-{{ way }}-${i}" }\n`,
);
writeFileSync(join(work, "play.yml"), `- hosts: all\n  tasks:\n${tasks.join("")}`);

interface Target {
  readonly port: number;
  readonly user: string;
  readonly keyFile: string;
}

/** Seconds; rejects when Ansible fails. */
async function play(
  way: string,
  { port, user, keyFile }: Target,
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const inventory = join(work, `hosts-${way}`);
  const key = `ansible_ssh_private_key_file=${keyFile}`;
  writeFileSync(inventory, `box ansible_host=127.0.0.1 ansible_port=${port} ansible_user=${user} ${key}\n`);
  const started = performance.now();
  const child = spawn("ansible-playbook", ["-i", inventory, "-e", `way=${way}`, join(work, "play.yml")], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, ANSIBLE_HOST_KEY_CHECKING: "False", ...env },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes: Buffer) => (text += bytes.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`ansible-playbook ended with ${code}:\n${text}`);
  return (performance.now() - started) / 1000;
}

async function connect(sshd: Sshd): Promise<Communicator> {
  const config = { communicator: "ssh", ssh_username: sshd.user, ssh_private_key_file: sshd.keyFile } as ConnectConfig;
  const target = { config, address: async () => ({ host: "127.0.0.1", port: sshd.port }) };
  const access = {
    host: nodeHost(),
    ui: new FakeUi(),
    signal: new AbortController().signal,
    secrets: { add: () => {} },
  };
  return (await connectors.ssh()).connect(target, access);
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function main(): Promise<boolean> {
  await using sshd = await startSshd();
  await using communicator = await connect(sshd);
  await using server = await serveSsh(communicator, { user: sshd.user });
  const keyFile = join(work, "key");
  writeFileSync(keyFile, server.privateKey ?? "", { mode: 0o600 });
  const ways: readonly [string, Readonly<Record<string, string>>][] = [
    ["sftp", {}],
    ["scp", { ANSIBLE_SCP_IF_SSH: "True" }],
    ["old scp", { ANSIBLE_SCP_IF_SSH: "True", ANSIBLE_SCP_EXTRA_ARGS: "-O" }],
    ["piped", { ANSIBLE_SSH_TRANSFER_METHOD: "piped" }],
    ["pipelining", { ANSIBLE_PIPELINING: "1" }],
  ];
  let good = true;
  for (const [name, env] of ways) {
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const straight: number[] = [];
    const through: number[] = [];
    for (let i = 0; i < runs; i++) {
      straight.push(await play("straight", sshd, env));
      through.push(await play("through", { port: server.port, user: sshd.user, keyFile }, env));
    }
    const ratio = median(through) / median(straight);
    good &&= ratio <= limit;
    const cells = [
      name.padEnd(12),
      `${median(through).toFixed(2)} s`,
      `${median(straight).toFixed(2)} s`,
      ratio.toFixed(3),
    ];
    process.stdout.write(`${cells.join("  ")}  ${ratio <= limit ? "ok" : `MISSED: more than ${limit}`}\n`);
  }
  return good;
}

try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(work, { recursive: true, force: true });
}
