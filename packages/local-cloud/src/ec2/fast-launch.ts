import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { FastLaunchRow } from "../state/rows.ts";
import { ownImage } from "./image-lookup.ts";
import { readTemplateChoice } from "./launch-templates.ts";

function wire(call: Call, row: FastLaunchRow): WireObject {
  return {
    imageId: row.id,
    resourceType: "snapshot",
    ...(row.targetResourceCount !== undefined && {
      snapshotConfiguration: { targetResourceCount: row.targetResourceCount },
    }),
    ...(row.launchTemplateId !== undefined || row.launchTemplateName !== undefined
      ? {
          launchTemplate: {
            launchTemplateId: row.launchTemplateId,
            launchTemplateName: row.launchTemplateName,
            version: row.launchTemplateVersion,
          },
        }
      : {}),
    maxParallelLaunches: row.maxParallelLaunches,
    ownerId: call.cloud.accountId,
    state: row.state,
    stateTransitionReason: "Client.UserInitiated",
    stateTransitionTime: row.changedAt,
  };
}

export const enableFastLaunch = action("EnableFastLaunch", {
  read: (p) => ({
    imageId: p.required("ImageId"),
    resourceType: p.word("ResourceType", ["snapshot"]),
    parallel: p.whole("MaxParallelLaunches") ?? 6,
    count: p.group("SnapshotConfiguration")?.whole("TargetResourceCount"),
    template: readTemplateChoice(p.group("LaunchTemplate")),
  }),
  run: (input, call) => {
    const image = ownImage(call, input.imageId);
    if (image.platform !== "windows") {
      throw new ApiError(
        "InvalidParameterValue",
        `Fast launch is available for Windows images only; ${image.id} is not one.`,
      );
    }
    if (input.parallel < 6) throw new ApiError("InvalidParameterValue", "MaxParallelLaunches must be 6 or more.");
    const { template } = input;
    const row: FastLaunchRow = {
      id: image.id,
      state: "enabled",
      maxParallelLaunches: input.parallel,
      ...(input.count !== undefined && { targetResourceCount: input.count }),
      ...(template?.id !== undefined && { launchTemplateId: template.id }),
      ...(template?.name !== undefined && { launchTemplateName: template.name }),
      ...(template?.version !== undefined && { launchTemplateVersion: template.version }),
      changedAt: call.now(),
    };
    call.change((tx) => tx.put("fastLaunches", call.region, row));
    return wire(call, { ...row, state: "enabling" });
  },
});

export const describeFastLaunchImages = action("DescribeFastLaunchImages", {
  read: (p) => ({ ids: p.texts("ImageId"), filters: readFilters(p), page: readPage(p, 1, 200) }),
  run: (input, call) => {
    const chosen = call.rows("fastLaunches").filter((row) => input.ids.length === 0 || input.ids.includes(row.id));
    const found = matching(chosen, input.filters, {
      "resource-type": () => ["snapshot"],
      "owner-id": () => [call.cloud.accountId],
      state: (row) => [row.state],
    });
    const { rows, nextToken } = page(found, input.page);
    return { fastLaunchImageSet: rows.map((row) => wire(call, row)), nextToken };
  },
});
