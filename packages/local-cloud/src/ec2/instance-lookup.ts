import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { InstanceRow } from "../state/rows.ts";

function checkId(id: string): void {
  if (!/^i-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new ApiError("InvalidInstanceID.Malformed", `Invalid id: "${id}"`);
  }
}

export function instanceOf(call: Call, id: string): InstanceRow {
  checkId(id);
  const row = call.get("instances", id);
  if (!row) throw new ApiError("InvalidInstanceID.NotFound", `The instance ID '${id}' does not exist`);
  return row;
}

/** Several instances, or one refusal that names all that are missing. */
export function instancesOf(call: Call, ids: readonly string[]): InstanceRow[] {
  for (const id of ids) checkId(id);
  const missing = ids.filter((id) => !call.get("instances", id));
  if (missing.length === 1)
    throw new ApiError("InvalidInstanceID.NotFound", `The instance ID '${missing[0]}' does not exist`);
  if (missing.length > 1)
    throw new ApiError("InvalidInstanceID.NotFound", `The instance IDs '${missing.join(", ")}' do not exist`);
  return ids.map((id) => instanceOf(call, id));
}
