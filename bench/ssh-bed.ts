import { execFileSync, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SshTarget } from "./templates.ts";

const client = "kbcli";
const server = "kbsrv";
const account = "kilnbench";

/** sshd in a network namespace of its own, and a link to it whose delay can be set. Needs root. */
export interface SshBed extends AsyncDisposable {
  /** Sets the round-trip time in milliseconds; 0 is loopback inside the server's namespace. */
  link(roundTripMs: number): Promise<{ readonly target: SshTarget; readonly namespace: string }>;
}

const quiet = { stdio: "ignore" } as const;
const run = (file: string, ...args: readonly string[]): void => void spawnSync(file, args, quiet);

function prepareAccount(work: string): void {
  // A plain account whose shell is dash: root's bash reads ~/.bashrc on every exec.
  const home = join(work, "home");
  mkdirSync(home, { recursive: true });
  run("useradd", "-u", "1598", "-o", "-M", "-d", home, "-s", "/bin/sh", account);
  run("usermod", "-p", "*", account);
  run("chown", account, home);
}

function writeConfig(work: string): string {
  const key = (name: string, ...type: readonly string[]): string => {
    const path = join(work, name);
    if (!existsSync(path)) execFileSync("ssh-keygen", ["-q", ...type, "-N", "", "-f", path]);
    return path;
  };
  const host = key("hostkey", "-t", "ed25519");
  const id = key("id", "-t", "rsa", "-b", "3072", "-m", "PEM");
  const authorized = join(work, "authorized_keys");
  writeFileSync(authorized, readFileSync(`${id}.pub`));
  chmodSync(authorized, 0o644);
  const config = join(work, "sshd_config");
  writeFileSync(
    config,
    `Port 2222\nListenAddress 0.0.0.0\nHostKey ${host}\nAuthorizedKeysFile ${authorized}\nStrictModes no\nUsePAM no\nPubkeyAcceptedAlgorithms +ssh-rsa\nMaxSessions 100\nMaxStartups 1000\nUseDNS no\nPidFile none\nSubsystem sftp /usr/lib/openssh/sftp-server\n`,
  );
  return config;
}

export async function openSshBed(work: string): Promise<SshBed> {
  mkdirSync(work, { recursive: true });
  chmodSync(work, 0o755);
  mkdirSync("/run/sshd", { recursive: true });
  prepareAccount(work);
  const config = writeConfig(work);
  for (const name of [client, server]) {
    run("ip", "netns", "add", name);
    run("ip", "netns", "exec", name, "ip", "link", "set", "lo", "up");
  }
  const sshd = spawn(
    "ip",
    ["netns", "exec", server, "/usr/sbin/sshd", "-D", "-f", config, "-E", join(work, "sshd.log")],
    quiet,
  );
  const delay = join(work, "link-delay");
  execFileSync("cc", ["-O2", "-pthread", "-o", delay, join(import.meta.dirname, "link-delay.c")]);
  let running: ReturnType<typeof spawn> | undefined;
  const stop = async (): Promise<void> => {
    running?.kill("SIGKILL");
    if (running) await new Promise((resolve) => running?.once("exit", resolve));
    running = undefined;
  };
  await sleep(500);
  const target = (host: string): SshTarget => ({ host, port: 2222, user: account, key: join(work, "id") });
  return {
    link: async (roundTripMs) => {
      await stop();
      if (roundTripMs === 0) return { target: target("127.0.0.1"), namespace: server };
      running = spawn(delay, [client, server, String(roundTripMs / 2)], quiet);
      await sleep(400);
      run(
        "ip",
        "netns",
        "exec",
        client,
        "sh",
        "-c",
        "ip addr add 10.98.0.1/30 dev dly0; ip link set dly0 mtu 1500 txqueuelen 5000 up",
      );
      run(
        "ip",
        "netns",
        "exec",
        server,
        "sh",
        "-c",
        "ip addr add 10.98.0.2/30 dev dly0; ip link set dly0 mtu 1500 txqueuelen 5000 up",
      );
      await sleep(200);
      return { target: target("10.98.0.2"), namespace: client };
    },
    [Symbol.asyncDispose]: async () => {
      await stop();
      sshd.kill();
      run("ip", "netns", "del", client);
      run("ip", "netns", "del", server);
      run("userdel", account);
    },
  };
}
