import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { ImageRow } from "../state/rows.ts";
import { imageOf, ownImage } from "./image-lookup.ts";
import { imageFilters, imageWire } from "./image-wire.ts";

function ownedBy(image: ImageRow, owners: readonly string[], accountId: string): boolean {
  return owners.some((owner) =>
    owner === "self"
      ? image.ownerId === accountId && !image.standIn
      : owner === image.ownerId || owner === image.ownerAlias,
  );
}

export const describeImages = action("DescribeImages", {
  read: (p) => ({
    ids: p.texts("ImageId"),
    owners: p.texts("Owner"),
    executableBy: p.texts("ExecutableBy"),
    deprecated: p.flag("IncludeDeprecated") ?? false,
    disabled: p.flag("IncludeDisabled") ?? false,
    filters: readFilters(p),
    page: readPage(p, 1, 1000),
  }),
  run: (input, call) => {
    const { accountId } = call.cloud;
    const now = call.now();
    const mine = (image: ImageRow): boolean => image.ownerId === accountId && !image.standIn;
    const listed = (image: ImageRow): boolean =>
      (input.deprecated || mine(image) || image.deprecateAt === undefined || image.deprecateAt > now) &&
      (input.disabled || image.state !== "disabled");
    const all =
      input.ids.length === 0
        ? call.rows("images").filter(listed)
        : [...new Set(input.ids)].map((id) => imageOf(call, id));
    const chosen = all.filter(
      (image) =>
        (input.owners.length === 0 || ownedBy(image, input.owners, accountId)) &&
        (input.executableBy.length === 0 ||
          input.executableBy.some((by) =>
            by === "self"
              ? image.permissions.users.includes(accountId)
              : [...image.permissions.groups, ...image.permissions.users].includes(by),
          )),
    );
    const { rows, nextToken } = page(matching(chosen, input.filters, imageFilters), input.page);
    return { imagesSet: rows.map(imageWire), nextToken };
  },
});

/** Removes images (and, if asked, the snapshots that only they used) in one transaction. */
function removeImage(call: Call, image: ImageRow, snapshotIds: readonly string[]): void {
  call.change((tx) => {
    tx.remove("images", call.region, image.id);
    for (const id of snapshotIds) tx.remove("snapshots", call.region, id);
  });
  call.cloud.deregistered.add(`${call.region}/${image.id}`);
  void call.cloud.tasks.start(() => call.cloud.layers.sweep());
}

/** Snapshots of an image that no other image of the region uses. */
function soleSnapshots(call: Call, image: ImageRow): string[] {
  const others = call.cloud.store.rows("images", call.region).filter((other) => other.id !== image.id);
  const used = new Set(others.flatMap((other) => other.blockDevices.map((device) => device.ebs?.snapshotId)));
  return image.blockDevices.flatMap(({ ebs }) =>
    ebs?.snapshotId && !used.has(ebs.snapshotId) ? [ebs.snapshotId] : [],
  );
}

export const deregisterImage = action("DeregisterImage", {
  read: (p) => ({ id: p.required("ImageId"), snapshots: p.flag("DeleteAssociatedSnapshots") ?? false }),
  run: ({ id, snapshots }, call) => {
    const image = ownImage(call, id);
    if (image.deregistrationProtection !== "disabled") {
      throw new ApiError(
        "OperationNotPermitted",
        `The image ${id} is protected from deregistration. Disable deregistration protection first.`,
      );
    }
    const deleted = snapshots ? soleSnapshots(call, image) : [];
    removeImage(call, image, deleted);
    return {
      return: true,
      ...(snapshots && {
        deleteSnapshotResultSet: deleted.map((snapshotId) => ({ snapshotId, returnCode: "success" })),
      }),
    };
  },
});

export const disableImage = action("DisableImage", {
  read: (p) => p.required("ImageId"),
  run: (id, call) => {
    const image = ownImage(call, id);
    call.change((tx) => tx.put("images", call.region, { ...image, state: "disabled" }));
    return { return: true };
  },
});

export const enableImage = action("EnableImage", {
  read: (p) => p.required("ImageId"),
  run: (id, call) => {
    const image = ownImage(call, id);
    call.change((tx) => tx.put("images", call.region, { ...image, state: "available" }));
    return { return: true };
  },
});

export const enableImageDeprecation = action("EnableImageDeprecation", {
  read: (p) => ({ id: p.required("ImageId"), at: p.required("DeprecateAt") }),
  run: ({ id, at }, call) => {
    const image = ownImage(call, id);
    const time = Date.parse(at);
    if (Number.isNaN(time))
      throw new ApiError("InvalidParameterValue", `Value (${at}) for parameter DeprecateAt is invalid. Invalid date.`);
    if (time <= Date.parse(call.now())) {
      throw new ApiError(
        "InvalidParameterValue",
        `Value (${at}) for parameter DeprecateAt is invalid. The date must be in the future.`,
      );
    }
    // EC2 rounds to the nearest minute.
    const deprecateAt = new Date(Math.round(time / 60_000) * 60_000).toISOString();
    call.change((tx) => tx.put("images", call.region, { ...image, deprecateAt }));
    return { return: true };
  },
});

export const disableImageDeprecation = action("DisableImageDeprecation", {
  read: (p) => p.required("ImageId"),
  run: (id, call) => {
    const { deprecateAt: _, ...image } = ownImage(call, id);
    call.change((tx) => tx.put("images", call.region, image));
    return { return: true };
  },
});

export const enableImageDeregistrationProtection = action("EnableImageDeregistrationProtection", {
  read: (p) => ({ id: p.required("ImageId"), cooldown: p.flag("WithCooldown") ?? false }),
  run: ({ id, cooldown }, call) => {
    const image = ownImage(call, id);
    const deregistrationProtection = cooldown ? "enabled-with-cooldown" : "enabled-without-cooldown";
    call.change((tx) => tx.put("images", call.region, { ...image, deregistrationProtection }));
    return { return: deregistrationProtection };
  },
});

export const disableImageDeregistrationProtection = action("DisableImageDeregistrationProtection", {
  read: (p) => p.required("ImageId"),
  run: (id, call) => {
    const image = ownImage(call, id);
    call.change((tx) => tx.put("images", call.region, { ...image, deregistrationProtection: "disabled" }));
    return { return: "disabled" };
  },
});
