import type { Cloud } from "../cloud.ts";
import { newId } from "../ids.ts";
import type { Machine } from "../machine/contract.ts";
import type { ImageRow } from "../state/rows.ts";

/** An image that was made here, as lists show it. */
export interface LocalImage {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly state: ImageRow["state"];
  readonly createdAt: string;
  readonly description?: string;
  readonly defaultUser: string;
  readonly snapshotIds: readonly string[];
  /** Bytes that its captured changes take on this host's disk; shared with its copies. */
  readonly bytes: number;
}

export class ImageNotFoundError extends Error {
  static {
    this.prototype.name = "ImageNotFoundError";
  }
  readonly code = "image-not-found";
  constructor(wanted: string, known: readonly LocalImage[]) {
    const list = known.map((image) => `${image.id} (${image.name}, ${image.region})`).join(", ");
    super(`the local cloud has no image ${wanted}${known.length === 0 ? "; it has none" : `; it has ${list}`}`);
  }
}

/** The images that were made here, for the command line: list, remove, look inside. */
export class ImageShelf {
  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  list(): LocalImage[] {
    const { store } = this.#cloud;
    const own = store.everywhere("images").filter(({ row }) => !row.standIn);
    return own
      .map(({ region, row }): LocalImage => {
        const snapshotIds = row.blockDevices.flatMap(({ ebs }) =>
          ebs?.snapshotId === undefined ? [] : [ebs.snapshotId],
        );
        const sizes = snapshotIds.map((id) => store.get("snapshots", region, id)?.bytes ?? 0);
        return {
          id: row.id,
          name: row.name,
          region,
          state: row.state,
          createdAt: row.createdAt,
          ...(row.description !== undefined && { description: row.description }),
          defaultUser: row.defaultUser,
          snapshotIds,
          bytes: sizes.reduce((sum, size) => sum + size, 0),
        };
      })
      .toSorted((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
  }

  /** Removes the image and those of its snapshots that no other image uses, in one transaction. */
  async remove(idOrName: string): Promise<LocalImage> {
    const { store, captures, layers, deregistered } = this.#cloud;
    const image = this.#find(idOrName);
    const others = store.rows("images", image.region).filter((row) => row.id !== image.id);
    const used = new Set(others.flatMap((row) => row.blockDevices.map(({ ebs }) => ebs?.snapshotId)));
    captures.cancel(image.id);
    store.change((tx) => {
      tx.remove("images", image.region, image.id);
      for (const id of image.snapshotIds) if (!used.has(id)) tx.remove("snapshots", image.region, id);
    });
    deregistered.add(`${image.region}/${image.id}`);
    await layers.sweep();
    return image;
  }

  /** Starts a machine that is no instance: nothing lists it, and whoever asked for it destroys it. */
  async launch(idOrName: string, authorizedKeys: readonly string[], signal: AbortSignal): Promise<Machine> {
    const { store, machines } = this.#cloud;
    const image = this.#find(idOrName);
    const row = store.get("images", image.region, image.id);
    if (!row?.tree || row.state !== "available") throw new ImageNotFoundError(idOrName, this.list());
    const id = newId("i");
    return await machines.launch(
      {
        id,
        root: row.tree,
        hostName: id,
        defaultUser: row.defaultUser,
        authorizedKeys,
        metadata: () => undefined,
        metadataOptions: { enabled: false, tokensRequired: true, hopLimit: 1 },
      },
      signal,
    );
  }

  #find(idOrName: string): LocalImage {
    const all = this.list();
    const found = all.find((image) => image.id === idOrName) ?? all.find((image) => image.name === idOrName);
    if (!found) throw new ImageNotFoundError(idOrName, all);
    return found;
  }
}
