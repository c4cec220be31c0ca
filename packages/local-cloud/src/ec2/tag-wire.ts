import { ApiError } from "../protocol/api-error.ts";
import type { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { Tags } from "../state/rows.ts";

export const tagSet = (tags: Tags): readonly WireObject[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** Reads `Tag.N.Key`/`Tag.N.Value` and refuses what EC2 refuses. */
export function readTags(groups: readonly Params[]): Tags {
  const tags: Record<string, string> = {};
  for (const group of groups) {
    const key = group.text("Key") ?? "";
    const value = group.text("Value") ?? "";
    if (key === "") throw new ApiError("InvalidParameterValue", "Tag keys must be at least one character long.");
    if (key.startsWith("aws:")) {
      throw new ApiError("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
    }
    if (key.length > 127)
      throw new ApiError("InvalidParameterValue", `Tag key exceeds the maximum length of 127 characters: ${key}`);
    if (value.length > 255) {
      throw new ApiError("InvalidParameterValue", `Tag value exceeds the maximum length of 255 characters: ${value}`);
    }
    if (Object.hasOwn(tags, key)) throw new ApiError("InvalidParameterValue", `Duplicate tag key '${key}' specified.`);
    tags[key] = value;
  }
  if (Object.keys(tags).length > 50) throw new ApiError("TagLimitExceeded", "A resource has at most 50 tags.");
  return tags;
}

/** Tags per resource type out of `TagSpecification.N`; only the given types may be tagged by the action. */
export function readTagSpecifications(params: Params, types: readonly string[]): Readonly<Record<string, Tags>> {
  const found: Record<string, Tags> = {};
  for (const specification of params.groups("TagSpecification")) {
    const type = specification.required("ResourceType");
    if (!types.includes(type)) {
      throw new ApiError(
        "InvalidParameterValue",
        `'${type}' is not a valid taggable resource type for this operation. Valid types: ${types.join(", ")}.`,
      );
    }
    if (found[type]) {
      throw new ApiError("InvalidParameterValue", `Duplicate resource type '${type}' found in tag specifications.`);
    }
    found[type] = readTags(specification.groups("Tag"));
  }
  return found;
}
