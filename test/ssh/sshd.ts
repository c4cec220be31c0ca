import { execFile, spawn } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const runFile = promisify(execFile);

/** OpenSSH's sshd on a port of its own, with its own keys and configuration; the system's stay untouched. */
export interface Sshd extends AsyncDisposable {
  readonly port: number;
  readonly dir: string;
  readonly user: string;
  /** Private key that logs in, in OpenSSH's format. */
  readonly keyFile: string;
  readonly pid: number;
  log(): Promise<string>;
}
export interface SshdOptions {
  /** Lines for sshd_config, in front of the usual ones: the first of a kind counts. */
  readonly config?: readonly string[];
  /** Further lines for authorized_keys. */
  readonly authorized?: readonly string[];
  /** Runs sshd in a mount namespace after these commands. */
  readonly inNamespace?: readonly string[];
  readonly port?: number;
}

export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

export async function startSshd(options: SshdOptions = {}): Promise<Sshd> {
  const dir = await mkdtemp(join(tmpdir(), "kiln-sshd-"));
  await chmod(dir, 0o755);
  const port = options.port ?? (await freePort());
  const keyFile = join(dir, "user_key");
  await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "kiln test", "-f", keyFile]);
  await runFile("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(dir, "host_key")]);
  const authorized = [(await readFile(`${keyFile}.pub`, "utf8")).trim(), ...(options.authorized ?? [])];
  await writeFile(join(dir, "authorized_keys"), `${authorized.join("\n")}\n`);
  // Privilege separation wants its empty directory.
  if (process.getuid?.() === 0) await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  const config = [
    ...(options.config ?? []),
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${join(dir, "host_key")}`,
    `AuthorizedKeysFile ${join(dir, "authorized_keys")}`,
    `PidFile ${join(dir, "sshd.pid")}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "PrintMotd no",
    "LogLevel VERBOSE",
    ...(options.config?.some((line) => line.startsWith("Subsystem")) ? [] : ["Subsystem sftp internal-sftp"]),
    // Bash would read root's start-up files for every command.
    "PermitUserEnvironment no",
  ];
  const configFile = join(dir, "sshd_config");
  await writeFile(configFile, `${config.join("\n")}\n`);
  const logFile = join(dir, "sshd.log");
  const args = ["-D", "-f", configFile, "-E", logFile];
  const script = [...(options.inNamespace ?? []), `exec /usr/sbin/sshd ${args.join(" ")}`].join(" && ");
  const child = options.inNamespace
    ? spawn("unshare", ["-m", "sh", "-ec", script], { stdio: "ignore" })
    : spawn("/usr/sbin/sshd", args, { stdio: "ignore" });
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const log = (): Promise<string> => readFile(logFile, "utf8").catch(() => "");
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await exited;
    await rm(dir, { recursive: true, force: true });
  };
  for (let i = 0; ; i++) {
    if (await answers(port)) break;
    if (i > 200 || child.exitCode !== null) {
      const text = await log();
      await stop();
      throw new Error(`sshd did not start: ${text}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  return {
    port,
    dir,
    keyFile,
    user: process.env.USER ?? (process.getuid?.() === 0 ? "root" : "nobody"),
    pid: child.pid ?? 0,
    log,
    [Symbol.asyncDispose]: stop,
  };
}

/** A user without privileges that exists for one sshd only: what `inNamespace` mounts over the system's lists. */
export async function ordinaryUser(
  dir: string,
  password?: string,
): Promise<{ readonly name: string; readonly uid: number; readonly inNamespace: readonly string[] }> {
  const [name, uid] = ["kilnuser", 4242];
  const hash = password === undefined ? "*" : (await runFile("openssl", ["passwd", "-6", password])).stdout.trim();
  const home = join(dir, "home");
  await mkdir(home, { recursive: true });
  await chown(home, uid, uid);
  const [passwd, shadow] = [await readFile("/etc/passwd", "utf8"), await readFile("/etc/shadow", "utf8")];
  await writeFile(join(dir, "passwd"), `${passwd}${name}:x:${uid}:${uid}::${home}:/bin/dash\n`);
  await writeFile(join(dir, "shadow"), `${shadow}${name}:${hash}:19000:0:99999:7:::\n`, { mode: 0o600 });
  return { name, uid, inNamespace: ["passwd", "shadow"].map((file) => `mount --bind ${dir}/${file} /etc/${file}`) };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("data", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
