import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CapturedTree, Exit, Machine, MachineSpec, Machines } from "../machine/contract.ts";
import { encryptedPassword, randomPassword } from "../windows/machine/password.ts";

/** A machine in memory: its "disk" is a map of files, laid over those of its layers. */
export class MemoryMachine implements Machine {
  readonly id: string;
  readonly address: string;
  readonly spec: MachineSpec;
  readonly files: Map<string, string>;
  state: Machine["state"] = "running";
  boots = 1;
  readonly passwordData: string | undefined;
  /** Set to make the next stop or start fail. */
  nextFailure: Error | undefined;
  readonly #listeners: ((how: Exit) => void)[] = [];
  readonly #forget: () => void;

  constructor(spec: MachineSpec, address: string, files: Map<string, string>, forget: () => void) {
    this.id = spec.id;
    this.spec = spec;
    this.address = address;
    this.files = files;
    this.#forget = forget;
    const [key] = spec.authorizedKeys;
    if (spec.root.base.kind === "windows" && key !== undefined)
      this.passwordData = encryptedPassword(randomPassword(), key);
  }

  console(): string {
    return `machine ${this.id} booted ${this.boots} times\n`;
  }
  async stop(): Promise<void> {
    this.#mayFail();
    this.state = "stopped";
  }
  async start(): Promise<void> {
    if (this.state === "destroyed") throw new Error(`the machine ${this.id} is gone`);
    this.#mayFail();
    this.state = "running";
    this.boots++;
  }
  shellCommand(): readonly string[] {
    return ["true"];
  }
  onExit(listener: (how: Exit) => void): void {
    this.#listeners.push(listener);
  }
  /** As `poweroff` or `reboot` inside would. */
  endFromInside(how: Exit): void {
    this.state = "stopped";
    for (const listener of this.#listeners) listener(how);
  }
  async destroy(): Promise<void> {
    if (this.state === "destroyed") return;
    this.state = "destroyed";
    this.#forget();
  }

  #mayFail(): void {
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure) throw failure;
  }
}

const filesName = "files.json";

/** Machines without Linux: real enough that what was written into one is found in another started from its image. */
export class MemoryMachines implements Machines {
  readonly capabilities = { clone: "copy", network: "host", outbound: false, notes: [] } as const;
  readonly running = new Map<string, MemoryMachine>();
  /** Set to make the next launch or capture fail. */
  nextFailure: Error | undefined;
  /** Set to hold launches and captures until it resolves. */
  gate: Promise<void> = Promise.resolve();
  #count = 0;
  #isDisposed = false;

  async launch(spec: MachineSpec, signal: AbortSignal): Promise<Machine> {
    await this.#pass(signal);
    if (this.#isDisposed) throw new Error("the machines have been disposed of");
    if (this.running.has(spec.id)) throw new Error(`"${spec.id}" cannot name a new machine`);
    const files = new Map<string, string>();
    // Each layer here holds all that its machine had, so the newest alone counts.
    for (const layer of spec.root.layers.slice(-1)) {
      const stored: [string, string][] = JSON.parse(await readFile(join(layer, filesName), "utf8"));
      for (const [path, text] of stored) files.set(path, text);
    }
    const machine = new MemoryMachine(spec, `127.9.0.${++this.#count}`, files, () => this.running.delete(spec.id));
    this.running.set(spec.id, machine);
    return machine;
  }

  async capture(id: string, target: string, signal: AbortSignal): Promise<CapturedTree> {
    await this.#pass(signal);
    const machine = this.running.get(id);
    if (!machine) throw new Error(`there is no machine ${id}`);
    await mkdir(target);
    const text = JSON.stringify([...machine.files]);
    await writeFile(join(target, filesName), text);
    const { base, layers } = machine.spec.root;
    return { tree: { base, layers: [...layers, target] }, bytes: text.length };
  }

  find(id: string): MemoryMachine | undefined {
    return this.running.get(id);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    await Promise.all([...this.running.values()].map((machine) => machine.destroy()));
  }

  async #pass(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await Promise.race([
      this.gate,
      new Promise((_, reject) =>
        signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }),
      ),
    ]);
    signal.throwIfAborted();
    const failure = this.nextFailure;
    this.nextFailure = undefined;
    if (failure) throw failure;
  }
}
