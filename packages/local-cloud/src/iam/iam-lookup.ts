import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { Params } from "../protocol/params.ts";
import type { InstanceProfileRow, RoleRow, Tags } from "../state/rows.ts";

/** IAM is global: its rows live in no region. */
export const everywhere = "";

export const noSuchEntity = (message: string): ApiError => new ApiError("NoSuchEntity", message, 404);

export function roleOf(call: Call, name: string): RoleRow {
  const row = call.cloud.store.get("roles", everywhere, name);
  if (!row) throw noSuchEntity(`The role with name ${name} cannot be found.`);
  return row;
}

export function profileOf(call: Call, name: string): InstanceProfileRow {
  const row = call.cloud.store.get("instanceProfiles", everywhere, name);
  if (!row) throw noSuchEntity(`Instance Profile ${name} cannot be found.`);
  return row;
}

export const arnOf = (call: Call, kind: "role" | "instance-profile", path: string, name: string): string =>
  `arn:aws:iam::${call.cloud.accountId}:${kind}${path}${name}`;

export function readIamTags(p: Params): Tags {
  return Object.fromEntries(p.groups("Tags").map((tag) => [tag.required("Key"), tag.text("Value") ?? ""]));
}

export function checkName(name: string, field: string): string {
  if (!/^[\w+=,.@-]{1,128}$/.test(name)) {
    throw new ApiError(
      "ValidationError",
      `The specified value for ${field} is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-`,
    );
  }
  return name;
}

/** A policy document must be JSON with statements. */
export function checkPolicy(text: string): string {
  try {
    const document = JSON.parse(text);
    if (document.Statement !== undefined) return text;
  } catch {
    // Not JSON: the refusal below says all there is to say.
  }
  throw new ApiError("MalformedPolicyDocument", "Syntax errors in policy.");
}
