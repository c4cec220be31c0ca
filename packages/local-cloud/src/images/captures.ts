import type { Cloud } from "../cloud.ts";
import type { ImageRow, SnapshotRow } from "../state/rows.ts";

interface ImageCapture {
  readonly region: string;
  readonly image: string;
  readonly instance: string;
  /** Stop a running machine meanwhile, as EC2 does unless told not to. */
  readonly reboot: boolean;
}

/**
 * Turns machines into images and snapshots, in the background. The rows wait in memory as `pending`; they are written
 * down in one transaction when the file system has been captured whole, so a crash leaves no half image.
 */
export class Captures {
  readonly #cloud: () => Cloud;
  readonly #running = new Map<string, AbortController>();

  constructor(cloud: () => Cloud) {
    this.#cloud = cloud;
  }

  image(capture: ImageCapture): void {
    void this.#start(capture.image, (signal) => this.#image(capture, signal));
  }

  /** Captures the machine's system disk into a pending snapshot. */
  snapshot(region: string, id: string, instance: string): void {
    void this.#start(id, (signal) => this.#snapshot(region, id, instance, signal));
  }

  /** Gives up a capture, if it still runs. */
  cancel(id: string): void {
    this.#running.get(id)?.abort(new Error(`${id} was removed`));
  }

  #start(id: string, work: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const own = new AbortController();
    this.#running.set(id, own);
    return this.#cloud().tasks.start(async (signal) => {
      try {
        await work(AbortSignal.any([signal, own.signal]));
      } finally {
        this.#running.delete(id);
      }
    });
  }

  async #image({ region, image: id, instance, reboot }: ImageCapture, signal: AbortSignal): Promise<void> {
    const cloud = this.#cloud();
    const { store, layers, machines, lifecycle } = cloud;
    const row = store.get("images", region, id);
    if (!row) return;
    const rootSnapshot = row.blockDevices.find((device) => device.deviceName === row.rootDeviceName)?.ebs?.snapshotId;
    const name = rootSnapshot ?? id;
    try {
      const captured = await lifecycle.atRest(region, instance, reboot, () =>
        layers.capture(machines, instance, name, signal),
      );
      // What was asked of the image while it was pending (tags, attributes) is kept.
      const { stateReason: _, ...latest } = store.get("images", region, id) ?? row;
      if (!store.get("images", region, id)) return;
      store.change((tx) => {
        for (const snapshot of this.#snapshotsOf(region, row)) {
          const content = snapshot.id === rootSnapshot && {
            tree: captured.tree,
            bytes: captured.bytes,
            defaultUser: row.defaultUser,
          };
          const description = `Created by CreateImage(${instance}) for ${id}`;
          tx.put("snapshots", region, { ...snapshot, state: "completed", description, ...content });
        }
        tx.put("images", region, { ...latest, state: "available", tree: captured.tree });
      });
    } catch (error) {
      this.#fail(region, id, error);
    } finally {
      layers.settle(name);
      await layers.sweep();
    }
  }

  async #snapshot(region: string, id: string, instance: string, signal: AbortSignal): Promise<void> {
    const { store, layers, machines } = this.#cloud();
    const defaultUser = store.get("instances", region, instance)?.defaultUser;
    try {
      const captured = await layers.capture(machines, instance, id, signal);
      const row = store.get("snapshots", region, id);
      if (!row) return;
      const content = { tree: captured.tree, bytes: captured.bytes, ...(defaultUser !== undefined && { defaultUser }) };
      store.change((tx) => tx.put("snapshots", region, { ...row, ...content, state: "completed" }));
    } catch (error) {
      const row = store.get("snapshots", region, id);
      if (row)
        store.change((tx) =>
          tx.putVolatile("snapshots", region, { ...row, state: "error", stateMessage: reason(error) }),
        );
    } finally {
      layers.settle(id);
      await layers.sweep();
    }
  }

  #snapshotsOf(region: string, image: ImageRow): SnapshotRow[] {
    const { store } = this.#cloud();
    return image.blockDevices
      .flatMap(({ ebs }) => (ebs?.snapshotId === undefined ? [] : [store.get("snapshots", region, ebs.snapshotId)]))
      .filter((row) => row !== undefined)
      .filter((row) => row.state === "pending");
  }

  #fail(region: string, id: string, error: unknown): void {
    const { store } = this.#cloud();
    const row = store.get("images", region, id);
    if (!row) return;
    store.change((tx) => {
      for (const snapshot of this.#snapshotsOf(region, row)) {
        tx.putVolatile("snapshots", region, { ...snapshot, state: "error", stateMessage: reason(error) });
      }
      tx.putVolatile("images", region, { ...row, state: "failed", stateReason: reason(error) });
    });
  }
}

const reason = (error: unknown): string => (error instanceof Error ? error.message : String(error));
