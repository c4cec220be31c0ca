import { join } from "node:path";
import { enterAsRoot } from "../ssh-server/enter.ts";
import type { SshServerSettings } from "../ssh-server/settings.ts";
import type { PreparedBase } from "./base/prepared-base.ts";
import { Keeper } from "./boot/keeper.ts";
import type { MachineFolder } from "./boot/machine-folder.ts";
import { enabledServices } from "./boot/services.ts";
import { ConsoleText } from "./console-text.ts";
import type { Machine, MachineSpec } from "./contract.ts";
import { firstBoot, startInside } from "./first-boot/first-boot.ts";
import { MachineError } from "./machine-error.ts";
import { type Cable, plugIn, unplug } from "./machine-network.ts";
import type { MachineShop } from "./machine-shop.ts";
import { newHostKeys, type SshProcess } from "./ssh-process.ts";

/** An orderly shutdown gets this long in all; the machine's init gives its programs two seconds of it. */
const stopWithinMs = 5_000;

interface Running {
  readonly keeper: Keeper;
  readonly machineProcess: number;
  readonly server: SshProcess;
}

/** What a machine is made of, beside its specification. */
export interface MachineParts {
  readonly shop: MachineShop;
  readonly folder: MachineFolder;
  readonly base: PreparedBase;
  readonly address: string;
  readonly cable: Cable | undefined;
  /** Told what user data asked for in vain. */
  readonly complain: (text: string) => void;
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

  private warn(text: string): void {
    this.consoleText.say(`WARNING: ${text}`);
    this.parts.complain(text);
  }

  onExit(listener: () => void): void {
    this.listeners.push(listener);
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) throw new MachineError("unknown-machine", `the machine ${this.id} is gone`);
    if (this.running) return;
    signal.throwIfAborted();
    const { folder, shop, base, cable } = this.parts;
    this.consoleText.clear();
    this.consoleText.say(`${this.spec.hostName} (${this.id}) starts`);
    this.stopping = false;
    await folder.beforeBoot(base.parts.map(({ key }) => key));
    const server = shop.servers.take();
    let keeper: Keeper | undefined;
    try {
      keeper = new Keeper(folder, cable && (await server.networkPath(signal)), this.consoleText);
      const machineProcess = await keeper.machineProcess(signal);
      const listening = server.untilListening(await this.settings(machineProcess), signal);
      listening.catch(() => undefined);
      await Promise.all([cable && plugIn(cable, machineProcess, signal), keeper.untilUp(signal)]);
      this.running = { keeper, machineProcess, server };
      const script = this.hasBooted ? undefined : firstBoot(this.spec, machineProcess, (text) => this.warn(text));
      const trees = [...this.spec.root.layers.map((layer) => join(layer, "root")), folder.upper("root")];
      const services = enabledServices(trees);
      startInside({ machineProcess, ownNetwork: cable !== undefined, services, script }, this.consoleText);
      await listening;
      this.hasBooted = true;
      if (keeper.hasEnded) throw new MachineError("boot", "the machine ended while it started");
      void keeper.ended.then(() => this.noticeExit());
      shop.servers.prepare();
    } catch (error) {
      this.stopping = true;
      server.kill();
      keeper?.kill();
      await keeper?.ended;
      await this.unplugged();
      this.running = undefined;
      throw this.explained(error);
    }
  }

  async stop(signal: AbortSignal): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.stopping = true;
    const { keeper } = running;
    const late = AbortSignal.any([signal, AbortSignal.timeout(stopWithinMs)]);
    const kill = (): void => keeper.kill();
    if (late.aborted) kill();
    late.addEventListener("abort", kill, { once: true });
    keeper.shutDown();
    await keeper.ended;
    late.removeEventListener("abort", kill);
    await this.afterExit(running);
  }

  async destroy(_signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    const { running } = this;
    if (running) {
      this.stopping = true;
      running.keeper.kill();
      await running.keeper.ended;
      await this.afterExit(running);
    }
    this.consoleText.close();
    await this.parts.folder.remove();
    this.parts.released();
  }

  private async settings(machineProcess: number): Promise<SshServerSettings> {
    const host = this.parts.cable ? "0.0.0.0" : this.address;
    return {
      machineProcess,
      address: this.address,
      listen: { host, port: 22 },
      hostKeys: await this.hostKeys,
      pipes: join(this.parts.folder.path, "pipes"),
      environment: {},
    };
  }

  private async noticeExit(): Promise<void> {
    const { running } = this;
    if (this.stopping || !running) return;
    await this.afterExit(running);
    for (const listener of this.listeners) listener();
  }

  private async afterExit(running: Running): Promise<void> {
    running.server.kill();
    await this.unplugged();
    if (this.running === running) this.running = undefined;
  }

  private async unplugged(): Promise<void> {
    if (this.parts.cable) await unplug(this.parts.cable);
  }

  private explained(error: unknown): unknown {
    if (!(error instanceof MachineError)) return error;
    const said = this.console().trim().split("\n").slice(-5).join("; ");
    return said === ""
      ? error
      : new MachineError(error.code, `${this.id}: ${error.message} (its console says: ${said})`, error);
  }
}
