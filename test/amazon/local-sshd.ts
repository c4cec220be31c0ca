import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export interface LocalSshd extends AsyncDisposable {
  readonly port: number;
  /** Lets a private key in. */
  admit(privateKey: string): void;
}

/** OpenSSH's server for the user who runs this, on a port of its own; it stands for every instance. */
export async function startSshd(): Promise<LocalSshd> {
  const folder = mkdtempSync(join(tmpdir(), "kiln-amazon-sshd-"));
  const at = (name: string): string => join(folder, name);
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", at("host_key")]);
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  const settings = [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${at("host_key")}`,
    `AuthorizedKeysFile ${at("authorized_keys")}`,
    `PidFile ${at("pid")}`,
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "StrictModes no",
    "UsePAM no",
    "Subsystem sftp internal-sftp",
  ];
  writeFileSync(at("config"), `${settings.join("\n")}\n`);
  writeFileSync(at("authorized_keys"), "");
  mkdirSync("/run/sshd", { recursive: true });
  const server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", at("config")], { stdio: "ignore" });
  const over = new Promise<void>((resolve) => server.once("exit", () => resolve()));
  for (let look = 0; !(await answers(port)); look++) {
    if (server.exitCode !== null || look > 100) throw new Error("sshd did not start");
    await sleep(50);
  }
  return {
    port,
    admit(privateKey) {
      writeFileSync(at("key"), privateKey, { mode: 0o600 });
      const line = execFileSync("ssh-keygen", ["-y", "-f", at("key")]);
      writeFileSync(at("authorized_keys"), line, { flag: "a" });
      rmSync(at("key"));
    },
    [Symbol.asyncDispose]: async () => {
      server.kill();
      await over;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
