import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { run } from "../../machine/command.ts";
import type { CapturedTree, Exit, Machine, MachineSpec } from "../../machine/contract.ts";
import { MachineError } from "../../machine/machine-error.ts";
import { type Cable, plugIn, unplug } from "../../machine/machine-network.ts";
import { WindowsProcess } from "./windows-process.ts";

/** An orderly shutdown gets this long. */
const stopWithinMs = 5_000;
/** The last of what a console said. */
const mostConsole = 64 * 1024;

/** What a stand-in is made of, beside its specification. */
export interface WindowsMachineParts {
  /** A directory of its own that does not exist yet. */
  readonly folder: string;
  readonly address: string;
  readonly cable: Cable | undefined;
  /** The program that is the machine. */
  readonly program: string;
  readonly codeCache: string;
  /** Told what user data asked for in vain. */
  readonly complain: (text: string) => void;
  /** Called once it is destroyed. */
  readonly released: () => void;
}

/** A Windows stand-in: a process with a drive, a registry and WinRM. Made by `createMachines`. */
export class WindowsMachine implements Machine {
  readonly id: string;
  readonly address: string;
  readonly spec: MachineSpec;
  passwordData: string | undefined;
  private readonly parts: WindowsMachineParts;
  private readonly listeners: ((how: Exit) => void)[] = [];
  private running: WindowsProcess | undefined;
  private text = "";
  private isDestroyed = false;
  private stopping = false;

  constructor(spec: MachineSpec, parts: WindowsMachineParts) {
    this.id = spec.id;
    this.address = parts.address;
    this.spec = spec;
    this.parts = parts;
  }

  get state(): Machine["state"] {
    if (this.isDestroyed) return "destroyed";
    return this.running ? "running" : "stopped";
  }
  console(): string {
    return this.text;
  }
  shellCommand(): readonly string[] {
    if (!this.running) throw new MachineError("unknown-machine", `the machine ${this.id} is not running`);
    return [process.execPath, this.parts.program, "shell", join(this.parts.folder, "shell")];
  }
  onExit(listener: (how: Exit) => void): void {
    this.listeners.push(listener);
  }

  /** Lays out its disk from the newest of the image's layers; each holds everything. */
  async create(signal: AbortSignal): Promise<void> {
    await mkdir(this.parts.folder, { recursive: true, mode: 0o700 });
    const layer = this.spec.root.layers.at(-1);
    if (layer === undefined) return;
    for (const name of ["c", "state.json"])
      await run("cp", ["--archive", "--reflink=auto", join(layer, name), join(this.parts.folder, name)], { signal });
  }

  async start(signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) throw new MachineError("unknown-machine", `the machine ${this.id} is gone`);
    if (this.running) return;
    signal.throwIfAborted();
    const { folder, cable, address, program, codeCache } = this.parts;
    const { base } = this.spec.root;
    this.text = "";
    this.stopping = false;
    const started = new WindowsProcess({ program, codeCache, ownNetwork: cable !== undefined });
    started.onMessage((message) => {
      if (message.is === "console") this.text = (this.text + message.text).slice(-mostConsole);
      if (message.is === "complaint") this.parts.complain(message.text);
      if (message.is === "password") this.passwordData = message.data;
    });
    try {
      await started.until("loaded", signal);
      if (cable) await plugIn(cable, started.pid, signal);
      started.tell(
        JSON.stringify({
          folder,
          version: base.kind === "windows" ? base.version : "2012-R2",
          host: cable ? "0.0.0.0" : address,
          userData: this.spec.userData && Buffer.from(this.spec.userData).toString("utf8"),
          publicKey: this.spec.authorizedKeys[0],
          hostName: this.spec.hostName,
        }),
      );
      await started.until("up", signal);
    } catch (error) {
      started.kill();
      await started.ended;
      if (cable) await unplug(cable);
      const said = this.text.trim().split("\n").slice(-5).join("; ");
      throw new MachineError(
        "boot",
        `${this.id}: the Windows stand-in did not start: ${error instanceof Error ? error.message : String(error)}${said && ` (its console says: ${said})`}`,
        error,
      );
    }
    this.running = started;
    void started.ended.then(() => this.noticeExit(started));
  }

  async stop(signal: AbortSignal): Promise<void> {
    const { running } = this;
    if (!running) return;
    this.stopping = true;
    const late = AbortSignal.any([signal, AbortSignal.timeout(stopWithinMs)]);
    const kill = (): void => running.kill();
    if (late.aborted) kill();
    late.addEventListener("abort", kill, { once: true });
    running.tell("stop");
    await running.ended;
    late.removeEventListener("abort", kill);
    await this.afterExit(running);
  }

  async destroy(_signal: AbortSignal): Promise<void> {
    if (this.isDestroyed) return;
    this.isDestroyed = true;
    const { running } = this;
    if (running) {
      this.stopping = true;
      running.kill();
      await running.ended;
      await this.afterExit(running);
    }
    await rm(this.parts.folder, { recursive: true, force: true });
    this.parts.released();
  }

  /** Copies the drive and the rest of the system; complete when it resolves. */
  async capture(target: string, signal: AbortSignal): Promise<CapturedTree> {
    if (this.running) {
      this.running.tell("flush");
      await this.running.until("flushed", signal);
    }
    const unfinished = `${target}.part`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished, { recursive: true });
    try {
      for (const name of ["c", "state.json"])
        await run("cp", ["--archive", "--reflink=auto", join(this.parts.folder, name), join(unfinished, name)], {
          signal,
        });
      const bytes = Number((await run("du", ["--summarize", "--block-size=1", unfinished], { signal })).split("\t")[0]);
      await rename(unfinished, target);
      return { tree: { base: this.spec.root.base, layers: [target] }, bytes };
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      throw error;
    }
  }

  private async noticeExit(running: WindowsProcess): Promise<void> {
    if (this.stopping || this.running !== running) return;
    await this.afterExit(running);
    for (const listener of this.listeners) listener("power-off");
  }
  private async afterExit(running: WindowsProcess): Promise<void> {
    if (this.parts.cable) await unplug(this.parts.cable);
    if (this.running === running) this.running = undefined;
  }
}
