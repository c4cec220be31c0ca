import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { SnapshotRow } from "../state/rows.ts";

export function snapshotOf(call: Call, id: string): SnapshotRow {
  if (!/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new ApiError("InvalidSnapshotID.Malformed", `Invalid id: "${id}" (expecting "snap-...")`);
  }
  const row = call.get("snapshots", id);
  if (!row) throw new ApiError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
  return row;
}

/** Size of a snapshot, also of one that only the catalogue's images know. */
export function snapshotSize(call: Call): (id: string) => number | undefined {
  return (id) => {
    const row = call.cloud.store.get("snapshots", call.region, id);
    if (row) return row.volumeSize;
    const images = call.cloud.store.rows("images", call.region).filter((image) => image.standIn);
    const device = images.flatMap((image) => image.blockDevices).find(({ ebs }) => ebs?.snapshotId === id);
    if (!device?.ebs) throw new ApiError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
    return device.ebs.volumeSize;
  };
}
