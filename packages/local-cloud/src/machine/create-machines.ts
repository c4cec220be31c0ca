import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { WindowsMachine } from "../windows/machine/windows-machine.ts";
import { Bases } from "./base/prepared-base.ts";
import { findCloneMethod } from "./boot/clone-method.ts";
import { MachineFolder } from "./boot/machine-folder.ts";
import { captureTree } from "./capture.ts";
import type { CapturedTree, Machine, MachineCapabilities, MachineSpec, Machines } from "./contract.ts";
import { LinuxMachine, type MachineParts } from "./linux-machine.ts";
import { MachineError } from "./machine-error.ts";
import type { MachineShop } from "./machine-shop.ts";
import { undoSwitches } from "./network/host-network.ts";
import { type HostSide, hostSide } from "./network/host-side.ts";
import { AddressPool } from "./network/subnet.ts";
import { becomeOwner, Caretaker, type Owner, sweepDeadOwners, undoLines } from "./owner.ts";
import { requireMachineHost } from "./requirements.ts";
import { SpareSshProcess } from "./ssh-process.ts";

/** How to make machines. */
export interface MachinesOptions {
  /** Where machines' disks and extracted tarballs are kept. Best on a file system with room that is no overlay itself. */
  readonly stateDirectory: string;
  /** `auto`: a network of their own where the host allows it, else the host's. */
  readonly network?: "auto" | "own" | "host";
  /** Environment of the caller, for its proxies. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** The command line to show, after `sudo`, to a user who is not root. */
  readonly commandLine?: readonly string[];
  /** Hears what a machine's user data asked for in vain; its console says it too, but nobody looks there. */
  readonly onComplaint?: (machine: string, text: string) => void;
  /** The SSH server's program where it does not lie beside this module (a bundle). */
  readonly sshServerProgram?: string;
  /** The program of Windows stand-ins, likewise. */
  readonly windowsProgram?: string;
}

/**
 * Throw-away Linux machines on this host, in namespaces made with util-linux. They are **no security boundary**: root inside
 * is root on the host, and a program that wants to get out will. They are for rehearsing builds one trusts.
 *
 * Throws MachineError (`not-root`, `not-linux`, `missing-tool`, with what to do) where they cannot be made at all.
 */
export async function createMachines(options: MachinesOptions, signal: AbortSignal): Promise<Machines> {
  const stateDirectory = resolve(options.stateDirectory);
  requireMachineHost(options.commandLine ?? ["kiln", "rehearse"]);
  await sweepDeadOwners();
  const owner = becomeOwner(stateDirectory);
  const folder = join(stateDirectory, "machines", owner.name);
  await mkdir(folder, { recursive: true, mode: 0o711 });
  const { host, caretaker } = await surroundings(options, owner, folder, (address) => cloud?.specAt(address), signal);
  const release = async (): Promise<void> => {
    await host.close();
    await caretaker.finish();
  };
  const clone = await findCloneMethod(stateDirectory, signal).catch(async (error: unknown) => {
    await release();
    throw error;
  });
  const serving = {
    network: host.network,
    sshServer: options.sshServerProgram ?? besides("../ssh-server/main.ts", "./machine-ssh-server.cjs"),
    codeCache: join(stateDirectory, "code-cache"),
  };
  const servers = new SpareSshProcess(serving);
  servers.prepare();
  const shop: MachineShop = {
    ...serving,
    servers,
    method: clone.method,
    addresses: new AddressPool(),
    addressPrefix: host.addressPrefix,
    folder: join(folder, "disks"),
  };
  const hidden = [stateDirectory, owner.folder];
  const bases = new Bases({
    // Beside the machines: whiteouts cannot be kept on an overlay, as the rest of a container's system is.
    covers: join(folder, "covers"),
    extracted: join(stateDirectory, "trees"),
    hidden,
    network: host.guest,
    whiteouts: clone.method.kind === "copy" ? "file" : "device",
  });
  const capabilities: MachineCapabilities = {
    clone: clone.method.kind === "copy" ? "copy" : "overlay",
    network: host.network ? "own" : "host",
    outbound: host.network !== undefined,
    notes: [...clone.notes, ...host.notes],
  };
  const windowsProgram = options.windowsProgram ?? besides("../windows/machine/main.ts", "./windows-machine.cjs");
  const cloud: LocalMachines | undefined = new LocalMachines(
    capabilities,
    { shop, bases, windowsProgram, complain: options.onComplaint ?? (() => {}) },
    owner,
    async () => {
      servers.close();
      await release();
    },
  );
  return cloud;
}

/** The network, and at once the caretaker that takes it away, so that no failure from here on leaves anything. */
async function surroundings(
  options: MachinesOptions,
  owner: Owner,
  folder: string,
  find: Parameters<typeof hostSide>[3],
  signal: AbortSignal,
): Promise<{ readonly host: HostSide; readonly caretaker: Caretaker }> {
  try {
    const host = await hostSide(options.network ?? "auto", owner.network, options.environment ?? {}, find, signal);
    const caretaker = new Caretaker(owner, undoLines(owner, folder, host.network?.undo ?? [], undoSwitches));
    return { host, caretaker };
  } catch (error) {
    await new Caretaker(owner, undoLines(owner, folder, [], undoSwitches)).finish();
    throw error;
  }
}

/** A program of the machines: a source file, or beside the bundle. */
function besides(source: string, bundled: string): string {
  const name = import.meta.url.endsWith(".ts") ? source : bundled;
  return fileURLToPath(new URL(name, import.meta.url));
}

/** What machines are made with. */
interface Workshop {
  readonly shop: MachineShop;
  readonly bases: Bases;
  readonly windowsProgram: string;
  readonly complain: (machine: string, text: string) => void;
}
type Place = Pick<MachineParts, "address" | "cable" | "released" | "complain">;
/** A machine, and how its changes are copied. */
interface Held {
  readonly machine: Machine & { readonly spec: MachineSpec };
  readonly capture: (target: string, signal: AbortSignal) => Promise<CapturedTree>;
}

class LocalMachines implements Machines {
  readonly capabilities: MachineCapabilities;
  private readonly shop: MachineShop;
  private readonly bases: Bases;
  private readonly windowsProgram: string;
  private readonly complain: Workshop["complain"];
  private readonly owner: Owner;
  private readonly release: () => Promise<void>;
  private readonly machines = new Map<string, Held>();
  private isDisposed = false;

  constructor(capabilities: MachineCapabilities, workshop: Workshop, owner: Owner, release: () => Promise<void>) {
    this.capabilities = capabilities;
    this.shop = workshop.shop;
    this.bases = workshop.bases;
    this.windowsProgram = workshop.windowsProgram;
    this.complain = workshop.complain;
    this.owner = owner;
    this.release = release;
  }

  async launch(spec: MachineSpec, signal: AbortSignal): Promise<Machine> {
    if (this.isDisposed) throw new MachineError("boot", `the machines of ${this.owner.name} have been disposed of`);
    if (this.machines.has(spec.id) || !/^[\w.-]+$/.test(spec.id))
      throw new MachineError("boot", `"${spec.id}" cannot name a new machine`);
    const number = this.shop.addresses.take();
    if (number === undefined)
      throw new MachineError("network", "all 252 addresses of the machines' network are in use");
    const { network } = this.shop;
    const place = {
      address: `${this.shop.addressPrefix}.${number}`,
      cable: network && { network, number },
      complain: (text: string): void => this.complain(spec.id, text),
    };
    let isReleased = false;
    const released = (): void => {
      if (isReleased) return;
      isReleased = true;
      this.machines.delete(spec.id);
      this.shop.addresses.give(number);
    };
    try {
      const held =
        spec.root.base.kind === "windows"
          ? await this.windows(spec, { ...place, released }, signal)
          : await this.linux(spec, { ...place, released }, signal);
      await held.machine.start(signal);
      return held.machine;
    } catch (error) {
      await this.machines.get(spec.id)?.machine.destroy(signal);
      released();
      throw error;
    }
  }

  private async linux(spec: MachineSpec, place: Place, signal: AbortSignal): Promise<Held> {
    const base = await this.bases.prepare(spec.root.base, signal);
    const folder = new MachineFolder(join(this.shop.folder, spec.id), this.shop.method, place.cable !== undefined);
    try {
      await folder.create(base, spec, signal);
    } catch (error) {
      await folder.remove();
      throw error;
    }
    const machine = new LinuxMachine(spec, { shop: this.shop, folder, base, ...place });
    const changes = base.parts.map(({ key }) => ({ key, path: folder.upper(key) }));
    const source = { root: spec.root, changes, kind: this.capabilities.clone };
    const held: Held = { machine, capture: (target, late) => captureTree(source, target, late) };
    this.machines.set(spec.id, held);
    return held;
  }

  private async windows(spec: MachineSpec, place: Place, signal: AbortSignal): Promise<Held> {
    const machine = new WindowsMachine(spec, {
      folder: join(this.shop.folder, spec.id),
      program: this.windowsProgram,
      codeCache: this.shop.codeCache,
      ...place,
    });
    const held: Held = { machine, capture: (target, late) => machine.capture(target, late) };
    this.machines.set(spec.id, held);
    await machine.create(signal);
    return held;
  }

  find(id: string): Machine | undefined {
    return this.machines.get(id)?.machine;
  }

  /** Who asks the metadata service from this address. */
  specAt(address: string): MachineSpec | undefined {
    for (const { machine } of this.machines.values()) if (machine.address === address) return machine.spec;
    return undefined;
  }

  async capture(id: string, target: string, signal: AbortSignal): Promise<CapturedTree> {
    const held = this.machines.get(id);
    if (!held) throw new MachineError("unknown-machine", `there is no machine ${id}`);
    return held.capture(target, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isDisposed) return;
    this.isDisposed = true;
    await Promise.all([...this.machines.values()].map(({ machine }) => machine.destroy(AbortSignal.timeout(10_000))));
    await this.release();
  }
}
