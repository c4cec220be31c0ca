import type { Cloud } from "../cloud.ts";
import { newId } from "../ids.ts";
import type { Machine, Machines } from "../machine/contract.ts";
import type { ImageRow } from "../state/rows.ts";
import { Store, type StoredRows } from "../state/store.ts";

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

/** The images that a directory's cloud has made, newest first; also while another process keeps it. */
export function storedImages(directory: string): readonly LocalImage[] {
  return listImages(Store.read(directory));
}

/**
 * A machine from an image, for a shell. It is no instance: nothing lists it, and whoever asked for it destroys it. Works beside a
 * cloud that another process keeps.
 */
export async function launchStoredImage(
  directory: string,
  machines: Machines,
  idOrName: string,
  signal: AbortSignal,
): Promise<Machine> {
  const rows = Store.read(directory);
  const image = findImage(rows, idOrName);
  const row = rows.get("images", image.region, image.id);
  if (!row?.tree || row.state !== "available") throw new ImageNotFoundError(idOrName, listImages(rows));
  const id = newId("i");
  return await machines.launch(
    {
      id,
      root: row.tree,
      hostName: id,
      defaultUser: row.defaultUser,
      authorizedKeys: [],
      metadata: () => undefined,
      metadataOptions: { enabled: false, tokensRequired: true, hopLimit: 1 },
    },
    signal,
  );
}

export function listImages(rows: StoredRows): readonly LocalImage[] {
  const own = rows.everywhere("images").filter(({ row }) => !row.standIn);
  return own
    .map(({ region, row }): LocalImage => {
      const snapshotIds = row.blockDevices.flatMap(({ ebs }) =>
        ebs?.snapshotId === undefined ? [] : [ebs.snapshotId],
      );
      const sizes = snapshotIds.map((id) => rows.get("snapshots", region, id)?.bytes ?? 0);
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

/** Removes the image and those of its snapshots that no other image uses, in one transaction. Throws `ImageNotFoundError`. */
export async function removeImage(cloud: Cloud, idOrName: string): Promise<LocalImage> {
  const { store, captures, layers, deregistered } = cloud;
  const image = findImage(store, idOrName);
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

function findImage(rows: StoredRows, idOrName: string): LocalImage {
  const all = listImages(rows);
  const found = all.find((image) => image.id === idOrName) ?? all.find((image) => image.name === idOrName);
  if (!found) throw new ImageNotFoundError(idOrName, all);
  return found;
}
