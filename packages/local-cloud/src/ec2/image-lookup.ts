import { standInFor } from "../catalogue/catalogue.ts";
import { wellKnownIds } from "../catalogue/entries.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { ImageRow } from "../state/rows.ts";

/** An image by id; where the cloud stands in for any id, an unknown one becomes a stand-in. */
export function imageOf(call: Call, id: string): ImageRow {
  if (!/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/.test(id)) {
    throw new ApiError("InvalidAMIID.Malformed", `Invalid id: "${id}" (expecting "ami-...")`);
  }
  return call.get("images", id) ?? adopt(call, id);
}

function adopt(call: Call, id: string): ImageRow {
  const { cloud, region } = call;
  // An image that is hidden by eventual consistency, or was here once, is not somebody's unknown public image.
  const known = cloud.store.get("images", region, id) !== undefined || cloud.deregistered.has(`${region}/${id}`);
  if (known || cloud.unknownImageUser === undefined) {
    throw new ApiError(
      "InvalidAMIID.NotFound",
      `The image id '[${id}]' does not exist${known ? "" : unknownHint(call, id)}`,
    );
  }
  const row = standInFor(id, cloud.unknownImageUser, cloud.base, "099720109477");
  cloud.store.seed("images", region, [row]);
  return row;
}

/** What to do about an id that means nothing here. */
function unknownHint(call: Call, id: string): string {
  const { store, regions } = call.cloud;
  const elsewhere = regions.find((name) => store.get("images", name, id) ?? wellKnownIds[name]?.[id]);
  if (elsewhere !== undefined) return ` in ${call.region}; it does in ${elsewhere}`;
  const newest = call
    .rows("images")
    .filter((image) => image.standIn && image.architecture === "x86_64" && /^ubuntu\/.*-server-/.test(image.name))
    .toSorted((a, b) => b.createdAt.localeCompare(a.createdAt))[0];
  const instead = newest ? `, such as ${newest.id} (${newest.name})` : "";
  return ` in ${call.region} of Kiln's local cloud, which knows its own images and stand-ins for well-known public ones${instead}; find one with source_ami_filter, or let any id stand for one: kiln rehearse -unknown-images=USER`;
}

/** The caller's own image, or EC2's refusal to touch somebody else's. */
export function ownImage(call: Call, id: string): ImageRow {
  const image = imageOf(call, id);
  if (image.ownerId !== call.cloud.accountId || image.standIn) {
    throw new ApiError("AuthFailure", `Not authorized for image:${id}`, 403);
  }
  return image;
}

/** Refuses a name that is no image name or is taken by an image of this region. */
export function checkImageName(call: Call, name: string): void {
  if (!/^[A-Za-z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    throw new ApiError(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'",
    );
  }
  const { cloud, region } = call;
  const taken = cloud.store
    .rows("images", region)
    .find((image) => image.name === name && image.ownerId === cloud.accountId);
  if (taken && taken.state !== "failed") {
    throw new ApiError(
      "InvalidAMIName.Duplicate",
      `AMI name ${name} is already in use by AMI ${taken.id} (remove the local image with: kiln rehearse -remove-image ${taken.id}; or build with -force to replace it)`,
    );
  }
}
