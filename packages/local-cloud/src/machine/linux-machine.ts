import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { generateKeyPair } from "@kiln/communicators";
import { enterAsRoot } from "../ssh-server/enter.ts";
import { defaultPath } from "../ssh-server/login-environment.ts";
import type { SshServerSettings } from "../ssh-server/settings.ts";
import { TreeView } from "../ssh-server/tree-view.ts";
import type { PreparedBase } from "./base/prepared-base.ts";
import type { MachineFolder } from "./boot/machine-folder.ts";
import { enabledServices } from "./boot/services.ts";
import { StatusLines } from "./boot/status-lines.ts";
import { systemPath } from "./command.ts";
import { ConsoleText } from "./console-text.ts";
import type { Machine, MachineSpec } from "./contract.ts";
import { authorizeKeys, ensureDefaultUser } from "./first-boot/accounts.ts";
import { writeIdentity } from "./first-boot/identity.ts";
import { planUserData } from "./first-boot/user-data.ts";
import { MachineError } from "./machine-error.ts";
import { type Cable, plugIn, unplug } from "./machine-network.ts";
import type { MachineShop } from "./machine-shop.ts";

/** An orderly shutdown gets this long in all; the machine's init gives its programs two seconds of it. */
const stopWithinMs = 5_000;

interface Running {
  /** `unshare`, the parent of the machine's first process on this host. */
  readonly keeper: ChildProcess;
  readonly keeperEnded: Promise<void>;
  readonly machineProcess: number;
  readonly server: ChildProcess;
}

/** Ed25519 and ECDSA; made with Node's own generator, since ssh2's now and then writes keys that it cannot read again. */
async function newHostKeys(): Promise<readonly string[]> {
  const { privateKey: ed25519 } = await generateKeyPair("ed25519", 0, "");
  const { privateKey: ecdsa } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return [ed25519, ecdsa.export({ format: "pem", type: "sec1" }).toString()];
}

/** What a machine is made of, beside its specification. */
export interface MachineParts {
  readonly shop: MachineShop;
  readonly folder: MachineFolder;
  readonly base: PreparedBase;
  readonly address: string;
  readonly cable: Cable | undefined;
  /** Called once it is destroyed. */
  readonly released: () => void;
}

/** A Linux system in namespaces of its own. Made by `createMachines`. */
export class LinuxMachine implements Machine {
  readonly id: string;
  readonly address: string;
  readonly spec: MachineSpec;
  private readonly parts: MachineParts;
  private readonly hostKeys: Promise<readonly string[]>;
  private readonly consoleText: ConsoleText;
  private readonly listeners: (() => void)[] = [];
  private running: Running | undefined;
  private hasBooted = false;
  private isDestroyed = false;
  private stopping = false;

  constructor(spec: MachineSpec, parts: MachineParts) {
    this.id = spec.id;
    this.address = parts.address;
    this.spec = spec;
    this.parts = parts;
    this.consoleText = new ConsoleText(parts.folder.consolePipe);
    // Kept here and not in the tree: a stop keeps them, an image never has them.
    this.hostKeys = newHostKeys();
  }

  get state(): Machine["state"] {
    if (this.isDestroyed) return "destroyed";
    return this.running ? "running" : "stopped";
  }

  console(): string {
    return this.consoleText.read();
  }

  shellCommand(): readonly string[] {
    if (!this.running) throw new MachineError("unknown-machine", `the machine ${this.id} is not running`);
    const into = enterAsRoot(this.running.machineProcess, "/", this.parts.cable !== undefined);
    return [...into, "su", "-", this.spec.defaultUser];
  }

  onExit(listener: () => void): void {
    this.listeners.push(listener);
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) throw new MachineError("unknown-machine", `the machine ${this.id} is gone`);
    if (this.running) return;
    signal.throwIfAborted();
    this.consoleText.clear();
    this.consoleText.say(`${this.spec.hostName} (${this.id}) starts`);
    this.stopping = false;
    await this.parts.folder.beforeBoot(this.parts.base.parts.map(({ key }) => key));
    const { keeper, keeperEnded, status } = this.spawnKeeper();
    let server: ChildProcess | undefined;
    try {
      const machineProcess = await this.processNumber(status, signal);
      const { cable } = this.parts;
      server = this.spawnServer(machineProcess);
      const listening = this.untilListening(server, machineProcess, signal);
      listening.catch(() => undefined);
      await Promise.all([cable && plugIn(cable, machineProcess, signal), this.untilUp(status, signal)]);
      this.running = { keeper, keeperEnded, machineProcess, server };
      const script = this.hasBooted ? undefined : this.firstBoot(machineProcess);
      this.startServices(machineProcess, script);
      await listening;
      this.hasBooted = true;
      keeper.once("exit", () => void this.noticeExit());
      if (keeper.exitCode !== null || keeper.signalCode !== null)
        throw new MachineError("boot", `the machine ${this.id} ended while it started`);
    } catch (error) {
      this.stopping = true;
      server?.kill("SIGKILL");
      keeper.kill("SIGKILL");
      await keeperEnded;
      await this.unplugged();
      this.running = undefined;
      throw this.explained(error);
    }
  }

  async stop(signal: AbortSignal): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.stopping = true;
    const late = AbortSignal.any([signal, AbortSignal.timeout(stopWithinMs)]);
    const kill = (): void => void running.keeper.kill("SIGKILL");
    if (late.aborted) kill();
    late.addEventListener("abort", kill, { once: true });
    running.keeper.stdin?.end();
    await running.keeperEnded;
    late.removeEventListener("abort", kill);
    await this.afterExit(running);
  }

  async destroy(_signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    const { running } = this;
    if (running) {
      this.stopping = true;
      running.keeper.kill("SIGKILL");
      await running.keeperEnded;
      await this.afterExit(running);
    }
    this.consoleText.close();
    await this.parts.folder.remove();
    this.parts.released();
  }

  private spawnKeeper(): {
    readonly keeper: ChildProcess;
    readonly keeperEnded: Promise<void>;
    readonly status: StatusLines;
  } {
    const own = ["--mount", "--uts", "--ipc", "--pid", ...(this.parts.cable ? ["--net"] : [])];
    const { writable } = this.consoleText;
    // The keeper dies with this process (setpriv), and the machine with its keeper (unshare): nothing outlives a SIGKILL.
    const keeper = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "unshare", ...own, "--fork", "--kill-child", "sh", this.parts.folder.script],
      {
        cwd: this.parts.folder.path,
        env: { PATH: systemPath, LANG: "C.UTF-8" },
        detached: true,
        stdio: ["pipe", writable, writable, "pipe"],
      },
    );
    const keeperEnded = new Promise<void>((resolve) => {
      keeper.once("exit", () => resolve());
      keeper.once("error", (error) => {
        this.consoleText.say(`The machine's namespaces could not be made: ${error.message}`);
        resolve();
      });
    });
    keeper.stdin?.on("error", () => undefined);
    return { keeper, keeperEnded, status: new StatusLines(keeper.stdio[3] as Readable) };
  }

  private async processNumber(status: StatusLines, signal: AbortSignal): Promise<number> {
    const line = await status.next(signal);
    const number = /^pid (\d+)$/.exec(line ?? "")?.[1];
    if (number === undefined) throw new MachineError("boot", `the machine ${this.id} did not start`);
    return Number(number);
  }

  private async untilUp(status: StatusLines, signal: AbortSignal): Promise<void> {
    const line = await status.next(signal);
    if (line !== "up") throw new MachineError("boot", `the machine ${this.id} did not come up`);
  }

  /** The SSH server: this host's Node and files, the machine's network. */
  private spawnServer(machineProcess: number): ChildProcess {
    const enter = this.parts.cable ? ["nsenter", `--net=/proc/${machineProcess}/ns/net`, "--"] : [];
    const [tool = "", ...rest] = [
      ...enter,
      "setpriv",
      "--pdeathsig",
      "KILL",
      process.execPath,
      this.parts.shop.sshServer,
    ];
    const server = spawn(tool, rest, {
      cwd: "/",
      env: { PATH: systemPath, NODE_COMPILE_CACHE: this.parts.shop.codeCache },
      detached: true,
      stdio: ["pipe", "pipe", this.consoleText.writable],
    });
    server.stdin?.on("error", () => undefined);
    server.on("error", () => undefined);
    return server;
  }

  private async untilListening(server: ChildProcess, machineProcess: number, signal: AbortSignal): Promise<void> {
    const host = this.parts.cable ? "0.0.0.0" : this.address;
    const settings: SshServerSettings = {
      machineProcess,
      address: this.address,
      listen: { host, port: 22 },
      hostKeys: await this.hostKeys,
      pipes: join(this.parts.folder.path, "pipes"),
      environment: {},
    };
    server.stdin?.write(`${JSON.stringify(settings)}\n`);
    const line = await new StatusLines(server.stdout as Readable).next(signal);
    if (line !== "listening")
      throw new MachineError("boot", `the SSH server of ${this.id} did not start: ${line ?? "it ended"}`);
  }

  /** What cloud-init does once per instance. Returns the script to run when all is up. */
  private firstBoot(machineProcess: number): string | undefined {
    const { id, hostName, defaultUser, authorizedKeys, userData } = this.spec;
    const tree = new TreeView(`/proc/${machineProcess}/root`);
    writeIdentity(tree, id, hostName);
    const account = ensureDefaultUser(tree, defaultUser);
    authorizeKeys(tree, account, authorizedKeys);
    if (!userData) return undefined;
    const plan = planUserData(userData);
    for (const complaint of plan.complaints) this.consoleText.say(`WARNING: ${complaint}`);
    try {
      plan.prepare(tree, account);
    } catch (error) {
      this.consoleText.say(`WARNING: user data failed: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
    return plan.script;
  }

  /** Starts the image's services, then the user data's script, all on the console; nobody waits for them. */
  private startServices(machineProcess: number, script: string | undefined): void {
    const trees = [...this.spec.root.layers.map((layer) => join(layer, "root")), this.parts.folder.upper("root")];
    const services = enabledServices(trees);
    const lines = [
      ...services.map((name) => `systemctl start '${name.replaceAll("'", "")}'`),
      ...(script === undefined ? [] : [`${script}; echo "user data ended with exit code $?"`]),
    ];
    if (lines.length === 0) return;
    const [tool = "", ...rest] = [
      ...enterAsRoot(machineProcess, "/", this.parts.cable !== undefined),
      "sh",
      "-c",
      lines.join("\n"),
    ];
    const { writable } = this.consoleText;
    const env = { PATH: defaultPath, HOME: "/root", USER: "root", LOGNAME: "root", SHELL: "/bin/sh" };
    spawn(tool, rest, { env, detached: true, stdio: ["ignore", writable, writable] })
      .on("error", () => undefined)
      .unref();
  }

  private async noticeExit(): Promise<void> {
    const { running } = this;
    if (this.stopping || !running) return;
    await this.afterExit(running);
    for (const listener of this.listeners) listener();
  }

  private async afterExit(running: Running): Promise<void> {
    running.server.kill("SIGKILL");
    await this.unplugged();
    if (this.running === running) this.running = undefined;
  }

  private async unplugged(): Promise<void> {
    if (this.parts.cable) await unplug(this.parts.cable);
  }

  private explained(error: unknown): unknown {
    if (!(error instanceof MachineError)) return error;
    const said = this.console().trim().split("\n").slice(-5).join("; ");
    return said === "" ? error : new MachineError(error.code, `${error.message} (its console says: ${said})`, error);
  }
}
