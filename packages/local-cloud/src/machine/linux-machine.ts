import { join } from "node:path";
import { enterAsRoot } from "../ssh-server/enter.ts";
import type { SshServerSettings } from "../ssh-server/settings.ts";
import type { PreparedBase } from "./base/prepared-base.ts";
import { Keeper } from "./boot/keeper.ts";
import type { MachineFolder } from "./boot/machine-folder.ts";
import { enabledServices } from "./boot/services.ts";
import { ConsoleText } from "./console-text.ts";
import type { Exit, Machine, MachineSpec } from "./contract.ts";
import { type BootScripts, firstBoot, startInside } from "./first-boot/first-boot.ts";
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
  private readonly listeners: ((how: Exit) => void)[] = [];
  private running: Running | undefined;
  /** What a boot runs; known once it has booted, and then without what only the first one does. */
  private scripts: BootScripts | undefined;
  /** How it ended since it was started, if it did so itself. */
  private exit: Exit | undefined;
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

  onExit(listener: (how: Exit) => void): void {
    this.listeners.push(listener);
    // Its user data may have ended it before anyone could listen.
    if (this.exit) listener(this.exit);
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) throw new MachineError("unknown-machine", `the machine ${this.id} is gone`);
    if (this.running) return;
    signal.throwIfAborted();
    const { folder, shop, base, cable } = this.parts;
    this.consoleText.clear();
    this.consoleText.say(`${this.spec.hostName} (${this.id}) starts`);
    this.stopping = false;
    this.exit = undefined;
    await folder.beforeBoot(base.parts.map(({ key }) => key));
    const server = shop.servers.take();
    let keeper: Keeper | undefined;
    try {
      keeper = new Keeper(
        folder,
        cable && (await server.networkPath(signal)),
        this.consoleText,
        this.scripts !== undefined,
      );
      const machineProcess = await keeper.machineProcess(signal);
      server.prepare(await this.settings(machineProcess));
      await Promise.all([cable && plugIn(cable, machineProcess, signal), keeper.untilUp(signal)]);
      const running = { keeper, machineProcess, server };
      this.running = running;
      const scripts = this.scripts ?? firstBoot(this.spec, machineProcess, (text) => this.warn(text));
      const trees = [...this.spec.root.layers.map((layer) => join(layer, "root")), folder.upper("root")];
      const services = enabledServices(trees);
      startInside({ machineProcess, ownNetwork: cable !== undefined, services, scripts }, this.consoleText);
      this.scripts = scripts.everyBoot === undefined ? {} : { everyBoot: scripts.everyBoot };
      await server.untilListening(signal);
      void keeper.ended.then((how) => this.noticeExit(running, how));
      shop.servers.prepare();
    } catch (error) {
      this.stopping = true;
      await server.kill();
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
      // Nobody hears how the commands end that go with the machine.
      await running.server.kill();
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

  private async noticeExit(running: Running, how: Exit): Promise<void> {
    if (this.stopping || this.running !== running) return;
    await this.afterExit(running);
    this.exit = how;
    for (const listener of this.listeners) listener(how);
  }

  private async afterExit(running: Running): Promise<void> {
    // Before its cable, over which its clients still hear that their connections are closed.
    await running.server.kill();
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
