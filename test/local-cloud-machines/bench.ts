import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Machine, MachineSpec, Machines } from "../../packages/local-cloud/src/machine/contract.ts";
import type { MachinesBench } from "../../packages/local-cloud/src/machine/contract-suite.ts";
import { createMachines, type MachinesOptions } from "../../packages/local-cloud/src/machine/create-machines.ts";

const run = promisify(execFile);

/** What a client program said. */
export interface Said {
  readonly code: number;
  readonly output: string;
  readonly errors: string;
}

/** Real machines, and OpenSSH's own clients to reach them with. Needs root. */
export interface RealBench extends MachinesBench, AsyncDisposable {
  readonly folder: string;
  readonly machines: Machines;
  readonly key: string;
  readonly sshOptions: readonly string[];
  readonly spec: (id: string, more?: Partial<MachineSpec>) => MachineSpec;
  /** Runs a command over OpenSSH's client. */
  readonly ssh: (machine: Machine, command: string, options?: readonly string[], input?: string) => Promise<Said>;
}

/** Opens machines in a directory of their own; everything goes with the bench. */
export async function openBench(options: Partial<MachinesOptions> = {}): Promise<RealBench> {
  const folder = await mkdtemp("/var/tmp/machines-test-");
  const key = join(folder, "key");
  await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
  const publicKey = await readFile(`${key}.pub`, "utf8");
  const machines = await createMachines(
    { stateDirectory: join(folder, "state"), environment: process.env, ...options },
    AbortSignal.timeout(30_000),
  );
  const silent = [
    "StrictHostKeyChecking=no",
    "UserKnownHostsFile=/dev/null",
    "LogLevel=ERROR",
    "IdentitiesOnly=yes",
    "ConnectTimeout=10",
  ];
  const sshOptions = ["-F", "none", "-i", key, ...silent.flatMap((option) => ["-o", option])];
  let targets = 0;
  const ssh: RealBench["ssh"] = (machine, command, more = [], input = "") =>
    say("ssh", [...sshOptions, ...more, `ubuntu@${machine.address}`, command], input);
  const must = async (machine: Machine, command: string, input?: string): Promise<string> => {
    const said = await ssh(machine, command, [], input);
    if (said.code !== 0) throw new Error(`"${command}" failed with ${said.code}: ${said.errors}`);
    return said.output;
  };
  return {
    folder,
    machines,
    key,
    sshOptions,
    authorizedKeys: [publicKey],
    ssh,
    freshTarget: () => join(folder, `image-${targets++}`),
    write: async (machine, path, text) => void (await must(machine, `sudo tee '${path}' >/dev/null`, text)),
    remove: async (machine, path) => void (await must(machine, `sudo rm '${path}'`)),
    read: async (machine, path) => {
      const said = await ssh(machine, `sudo cat '${path}'`);
      return said.code === 0 ? said.output : undefined;
    },
    endFromInside: async (machine, how) =>
      void (await ssh(machine, how === "reboot" ? "sudo reboot" : "sudo shutdown -h now")),
    spec: (id, more = {}) => ({
      id,
      root: { base: { kind: "host" }, layers: [] },
      hostName: `ip-${id}`,
      defaultUser: "ubuntu",
      authorizedKeys: [publicKey],
      metadata: (path) => (path === "/latest/meta-data/instance-id" ? id : undefined),
      metadataOptions: { enabled: true, tokensRequired: true, hopLimit: 1 },
      ...more,
    }),
    async [Symbol.asyncDispose]() {
      await machines[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a program of this host to its end; a failure is an answer. */
export function say(program: string, args: readonly string[], input = ""): Promise<Said> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { maxBuffer: 64 * 1024 * 1024, timeout: 60_000 },
      (error, output, errors) => {
        if (error && typeof error.code === "string") reject(error);
        else resolve({ code: error ? Number(error.code ?? 255) : 0, output, errors });
      },
    );
    child.stdin?.on("error", () => undefined);
    child.stdin?.end(input);
  });
}
