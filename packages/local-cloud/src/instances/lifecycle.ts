import type { Cloud } from "../cloud.ts";
import type { Exit, Machine } from "../machine/contract.ts";
import type { InstanceRow, InstanceState } from "../state/rows.ts";
import { metadataPath } from "./metadata.ts";

/** The life of an instance's machine. Steps of one instance run one after another; ending it interrupts the others. */
export class Lifecycle {
  readonly #cloud: () => Cloud;
  readonly #queues = new Map<string, Promise<void>>();
  readonly #endings = new Map<string, AbortController>();

  constructor(cloud: () => Cloud) {
    this.#cloud = cloud;
  }

  /** Boots a new instance's machine; the row goes from pending to running, or to terminated with the reason. */
  boot(region: string, id: string): void {
    this.#enqueue(region, id, async (signal) => {
      const row = this.#row(region, id);
      if (row?.state !== "pending") return;
      try {
        const machine = await this.#cloud().machines.launch(this.#spec(region, row), signal);
        // A machine that was asked to go while it was booting is ended by the step that asked.
        if (signal.aborted) return;
        const { address, passwordData } = machine;
        this.#update(region, id, { state: "running", address, ...(passwordData !== undefined && { passwordData }) });
        this.#watch(region, machine);
      } catch (error) {
        if (signal.aborted) return;
        this.#gone(region, id, {
          code: "Server.InternalError",
          message: `The machine did not start: ${reason(error)}`,
        });
      }
    });
  }

  /** Stops a running machine; its row is `stopping` already. A machine that will not stop is ended instead. */
  stop(region: string, id: string): void {
    this.#enqueue(region, id, async (signal) => {
      if (this.#row(region, id)?.state !== "stopping") return;
      const machine = this.#cloud().machines.find(id);
      try {
        await machine?.stop(signal);
        if (!signal.aborted) this.#rested(region, id);
      } catch (error) {
        if (signal.aborted) return;
        const why = `The machine did not stop: ${reason(error)}`;
        await this.#destroy(region, id, { code: "Server.InternalError", message: why });
      }
    });
  }

  start(region: string, id: string): void {
    this.#enqueue(region, id, async (signal) => {
      if (this.#row(region, id)?.state !== "pending") return;
      try {
        const machine = this.#cloud().machines.find(id);
        if (!machine) throw new Error("the machine is gone");
        await machine.start(signal);
        if (!signal.aborted) this.#update(region, id, { state: "running", address: machine.address });
      } catch (error) {
        if (signal.aborted) return;
        const stateReason = { code: "Server.InternalError", message: `The machine did not start: ${reason(error)}` };
        this.#update(region, id, { state: "stopped", stateReason });
      }
    });
  }

  reboot(region: string, id: string): void {
    this.#enqueue(region, id, async (signal) => {
      const machine = this.#cloud().machines.find(id);
      if (this.#row(region, id)?.state !== "running" || !machine) return;
      this.#rebooting.add(id);
      await machine.stop(signal).catch(() => {});
      await this.#resume(region, id, machine, signal);
    });
  }

  readonly #rebooting = new Set<string>();

  /** Ends an instance whose row is `shutting-down`: whatever it was doing is interrupted. */
  terminate(region: string, id: string): void {
    this.#endings.get(id)?.abort(new Error(`${id} is being terminated`));
    this.#endings.delete(id);
    this.#enqueue(region, id, async () => {
      await this.#destroy(region, id, this.#row(region, id)?.stateReason);
    });
  }

  /** Runs work while the machine does not: stops a running one before (if `pause`) and starts it again after. */
  async atRest<T>(region: string, id: string, pause: boolean, work: () => Promise<T>): Promise<T> {
    const outcome = Promise.withResolvers<T>();
    this.#enqueue(region, id, async (signal) => {
      const machine = this.#cloud().machines.find(id);
      const paused = pause && machine?.state === "running";
      try {
        if (paused) this.#rebooting.add(id);
        if (paused) await machine.stop(signal);
        outcome.resolve(await work());
      } catch (error) {
        outcome.reject(error);
      }
      if (!paused) return;
      await this.#resume(region, id, machine, signal);
    });
    return await outcome.promise;
  }

  /** Starts a machine again that was stopped for a moment; its instance was `running` all the while. */
  async #resume(region: string, id: string, machine: Machine, signal: AbortSignal): Promise<void> {
    try {
      await machine.start(signal);
      this.#update(region, id, { address: machine.address });
    } catch (error) {
      if (signal.aborted) return;
      const message = `The machine did not start again: ${reason(error)}`;
      this.#update(region, id, { stateReason: { code: "Server.InternalError", message } });
      this.#rested(region, id);
    } finally {
      this.#rebooting.delete(id);
    }
  }

  /** Nothing cuts this short: an instance that ends leaves no machine behind. */
  async #destroy(region: string, id: string, stateReason: InstanceRow["stateReason"]): Promise<void> {
    try {
      await this.#cloud().machines.find(id)?.destroy(new AbortController().signal);
    } finally {
      this.#gone(region, id, stateReason);
    }
  }

  /** What no machine stands behind any more, because an earlier process ended, is terminated. */
  reconcile(): void {
    const { store, machines } = this.#cloud();
    for (const { region, row } of store.everywhere("instances")) {
      if (row.state === "terminated") continue;
      if (row.state === "stopped" && machines.find(row.id)) continue;
      this.#gone(region, row.id, {
        code: "Server.InternalError",
        message: "The local cloud was stopped while the instance existed",
      });
    }
  }

  /** Ends every instance; for the end of the cloud itself, when no step runs any more. */
  async endAll(): Promise<void> {
    const { store } = this.#cloud();
    const left = store.everywhere("instances").filter(({ row }) => row.state !== "terminated");
    const why = { code: "Server.InternalError", message: "The local cloud was stopped" };
    await Promise.all(left.map(({ region, row }) => this.#destroy(region, row.id, why)));
  }

  /** Forgets instances that have been terminated for long enough. */
  forgetOld(): void {
    const { store, clock, terminatedShowsMs } = this.#cloud();
    const old = store
      .everywhere("instances")
      .filter(
        ({ row }) => row.terminatedAt !== undefined && Date.parse(row.terminatedAt) + terminatedShowsMs < clock.now(),
      );
    if (old.length > 0) store.change((tx) => old.forEach(({ region, row }) => tx.remove("instances", region, row.id)));
  }

  #spec(region: string, row: InstanceRow): Parameters<Cloud["machines"]["launch"]>[0] {
    const cloud = this.#cloud();
    return {
      id: row.id,
      root: row.tree,
      hostName: row.id,
      defaultUser: row.defaultUser,
      authorizedKeys: row.authorizedKey === undefined ? [] : [`${row.authorizedKey} ${row.keyName ?? ""}`.trim()],
      ...(row.userData !== undefined && { userData: Buffer.from(row.userData, "base64") }),
      metadata: (path) => metadataPath(cloud, region, row.id, path),
      metadataOptions: {
        enabled: row.metadata.endpoint === "enabled",
        tokensRequired: row.metadata.tokens === "required",
        hopLimit: row.metadata.hopLimit,
      },
    };
  }

  #watch(region: string, machine: Machine): void {
    machine.onExit((how) => this.#ended(region, machine, how));
  }

  /** A machine has ended itself: a reboot starts it again, its instance `running` all the while. */
  #ended(region: string, machine: Machine, how: Exit): void {
    const row = this.#row(region, machine.id);
    if (row?.state !== "running" || this.#rebooting.has(machine.id)) return;
    if (how === "reboot") {
      this.#enqueue(region, machine.id, async (signal) => {
        if (this.#row(region, machine.id)?.state === "running") await this.#resume(region, machine.id, machine, signal);
      });
      return;
    }
    const stateReason = {
      code: "Client.InstanceInitiatedShutdown",
      message: "Client.InstanceInitiatedShutdown: Instance initiated shutdown",
    };
    if (row.shutdownBehavior === "terminate") {
      this.#update(region, machine.id, { state: "shutting-down", stateReason });
      this.terminate(region, machine.id);
    } else {
      this.#update(region, machine.id, { stateReason });
      this.#rested(region, machine.id);
    }
  }

  #rested(region: string, id: string): void {
    const row = this.#row(region, id);
    if (!row) return;
    const { address: _, ...kept } = row;
    this.#put(region, { ...kept, state: "stopped" });
  }

  #gone(region: string, id: string, stateReason: InstanceRow["stateReason"]): void {
    const cloud = this.#cloud();
    const row = this.#row(region, id);
    if (!row || row.state === "terminated") return;
    const { address: _, authorizedKey: __, userData: ___, ...kept } = row;
    const volumes = cloud.store.rows("volumes", region).filter((volume) => volume.attachment?.instanceId === id);
    cloud.store.change((tx) => {
      for (const volume of volumes) {
        const { attachment, ...rest } = volume;
        if (attachment?.deleteOnTermination) tx.remove("volumes", region, volume.id);
        else tx.put("volumes", region, { ...rest, state: "available" });
      }
      tx.put("instances", region, {
        ...kept,
        state: "terminated",
        terminatedAt: new Date(cloud.clock.now()).toISOString(),
        ...(stateReason && { stateReason }),
        securityGroupIds: [],
      });
    });
    void cloud.tasks.start(() => cloud.layers.sweep());
  }

  #enqueue(region: string, id: string, step: (signal: AbortSignal) => Promise<void>): void {
    const before = this.#queues.get(id) ?? Promise.resolve();
    let ending = this.#endings.get(id);
    if (!ending) this.#endings.set(id, (ending = new AbortController()));
    const own = ending.signal;
    const running = this.#cloud().tasks.start(async (signal) => {
      await before;
      await step(AbortSignal.any([signal, own]));
    });
    this.#queues.set(id, running);
    void running.then(() => {
      if (this.#queues.get(id) !== running) return;
      this.#queues.delete(id);
      if (this.#row(region, id)?.state === "terminated") this.#endings.delete(id);
    });
  }

  #row(region: string, id: string): InstanceRow | undefined {
    return this.#cloud().store.get("instances", region, id);
  }

  #update(region: string, id: string, change: Partial<InstanceRow> & { readonly state?: InstanceState }): void {
    const row = this.#row(region, id);
    if (row && row.state !== "terminated") this.#put(region, { ...row, ...change });
  }

  #put(region: string, row: InstanceRow): void {
    this.#cloud().store.change((tx) => tx.put("instances", region, row));
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
