import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { VolumeRow } from "../state/rows.ts";

export function volumeOf(call: Call, id: string): VolumeRow {
  if (!/^vol-[0-9a-f]+$/.test(id)) {
    throw new ApiError("InvalidVolumeID.Malformed", `Invalid id: "${id}" (expecting "vol-...")`);
  }
  const row = call.get("volumes", id);
  if (!row) throw new ApiError("InvalidVolume.NotFound", `The volume '${id}' does not exist.`);
  return row;
}
