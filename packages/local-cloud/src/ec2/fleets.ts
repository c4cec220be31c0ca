import { newId } from "../ids.ts";
import { launch } from "../instances/launch.ts";
import { readLaunch } from "../instances/launch-request.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { InstanceRow } from "../state/rows.ts";
import { readTemplateChoice, type TemplateChoice, withTemplate } from "./launch-templates.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";

interface Override {
  readonly params: Readonly<Record<string, string>>;
}

/** An override's members under the names that a launch has. */
function readOverride(p: Params): Override {
  const placement = p.group("Placement");
  const zone = p.text("AvailabilityZone") ?? placement?.text("AvailabilityZone");
  const type = p.text("InstanceType");
  const subnet = p.text("SubnetId");
  const image = p.text("ImageId");
  for (const name of ["MaxPrice", "WeightedCapacity", "Priority"]) p.text(name);
  return {
    params: {
      ...(type && { InstanceType: type }),
      ...(subnet && { SubnetId: subnet }),
      ...(image && { ImageId: image }),
      ...(zone && { "Placement.AvailabilityZone": zone }),
    },
  };
}

interface Config {
  readonly template: TemplateChoice;
  readonly overrides: readonly Override[];
}

function readConfig(p: Params): Config {
  const template = readTemplateChoice(p.group("LaunchTemplateSpecification"));
  if (!template) throw new ApiError("MissingParameter", "The request must contain a launch template specification");
  return { template, overrides: p.groups("Overrides").map(readOverride) };
}

/** An instant fleet: the first override that can be launched is. Other types of fleet keep running and are refused. */
export const createFleet = action("CreateFleet", {
  read: (p) => {
    const target = p.group("TargetCapacitySpecification");
    const spot = p.group("SpotOptions");
    for (const name of [
      "InstanceInterruptionBehavior",
      "InstancePoolsToUseCount",
      "SingleInstanceType",
      "SingleAvailabilityZone",
      "MinTargetCapacity",
      "MaxTotalPrice",
    ])
      spot?.text(name);
    p.group("OnDemandOptions")?.flatten();
    return {
      type: p.word("Type", ["instant", "request", "maintain"]) ?? "maintain",
      count: target?.whole("TotalTargetCapacity") ?? 1,
      onDemand: target?.whole("OnDemandTargetCapacity"),
      spotCount: target?.whole("SpotTargetCapacity"),
      kind: target?.word("DefaultTargetCapacityType", ["spot", "on-demand"]) ?? "on-demand",
      strategy: spot?.word("AllocationStrategy", [
        "lowest-price",
        "diversified",
        "capacity-optimized",
        "capacity-optimized-prioritized",
        "price-capacity-optimized",
        "lowestPrice",
        "capacityOptimized",
        "capacityOptimizedPrioritized",
        "priceCapacityOptimized",
      ]),
      configs: p.groups("LaunchTemplateConfigs").map(readConfig),
      clientToken: p.text("ClientToken"),
      terminate: p.flag("TerminateInstancesWithExpiration"),
      replace: p.flag("ReplaceUnhealthyInstances"),
      policy: p.text("ExcessCapacityTerminationPolicy"),
      tags: readTagSpecifications(p, ["fleet", "instance", "volume", "network-interface"]),
    };
  },
  run: (input, call) => {
    if (input.type !== "instant") {
      throw new ApiError(
        "UnsupportedOperation",
        `This local cloud makes fleets of type instant only, not ${input.type}.`,
      );
    }
    call.needs("ec2:RunInstances");
    call.needs(
      "iam:CreateServiceLinkedRole",
      `arn:aws:iam::${call.cloud.accountId}:role/aws-service-role/spot.amazonaws.com/*`,
    );
    const fleetId = newId("fleet").replace(/^fleet-0/, "fleet-");
    const errors: WireObject[] = [];
    for (const { template, overrides } of input.configs) {
      for (const override of overrides.length === 0 ? [{ params: {} }] : overrides) {
        try {
          const rows = tryLaunch(call, template, override, input);
          return answer(rows, fleetId, template, override, input.kind, errors);
        } catch (error) {
          if (
            !(error instanceof ApiError) ||
            error.code === "DryRunOperation" ||
            error.code === "UnauthorizedOperation"
          )
            throw error;
          const specification = overrideWire(template, override);
          errors.push({
            launchTemplateAndOverrides: specification,
            lifecycle: input.kind,
            errorCode: error.code,
            errorMessage: error.message,
          });
        }
      }
    }
    return { fleetId, errorSet: errors, fleetInstanceSet: [] };
  },
});

interface FleetInput {
  readonly count: number;
  readonly kind: "spot" | "on-demand";
  readonly clientToken: string | undefined;
  readonly tags: ReturnType<typeof readTagSpecifications>;
}

function tryLaunch(call: Call, template: TemplateChoice, override: Override, input: FleetInput): InstanceRow[] {
  const request = readLaunch(withTemplate(call, template, Params.of(Object.entries(override.params))));
  const { fleet: _, ...own } = input.tags;
  const merged = { ...request, tags: { ...request.tags, ...own } };
  const spot = input.kind === "spot";
  return launch(call, merged, { count: input.count, clientToken: input.clientToken, spot });
}

function overrideWire(template: TemplateChoice, override: Override): WireObject {
  return {
    launchTemplateSpecification: {
      launchTemplateId: template.id,
      launchTemplateName: template.name,
      version: template.version,
    },
    overrides: {
      instanceType: override.params["InstanceType"],
      subnetId: override.params["SubnetId"],
      availabilityZone: override.params["Placement.AvailabilityZone"],
      imageId: override.params["ImageId"],
    },
  };
}

function answer(
  rows: readonly InstanceRow[],
  fleetId: string,
  template: TemplateChoice,
  override: Override,
  lifecycle: string,
  errors: readonly WireObject[],
): WireObject {
  return {
    fleetId,
    errorSet: errors,
    fleetInstanceSet: [
      {
        launchTemplateAndOverrides: overrideWire(template, override),
        lifecycle,
        instanceIds: rows.map((row) => row.id),
        instanceType: rows[0]?.type,
      },
    ],
  };
}

export const describeSpotInstanceRequests = action("DescribeSpotInstanceRequests", {
  read: (p) => ({ ids: p.texts("SpotInstanceRequestId"), filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    const all = call.rows("spotRequests");
    const missing = input.ids.find((id) => !all.some((row) => row.id === id));
    if (missing)
      throw new ApiError(
        "InvalidSpotInstanceRequestID.NotFound",
        `The spot instance request ID '${missing}' does not exist`,
      );
    const chosen = all.filter((row) => input.ids.length === 0 || input.ids.includes(row.id));
    const found = matching(chosen, input.filters, {
      "instance-id": (row) => [row.instanceId],
      "spot-instance-request-id": (row) => [row.id],
      state: () => ["active"],
    });
    const { rows, nextToken } = page(found, input.page);
    return {
      spotInstanceRequestSet: rows.map((row) => ({
        spotInstanceRequestId: row.id,
        spotPrice: row.price,
        type: "one-time",
        state: "active",
        status: { code: "fulfilled", updateTime: row.createdAt, message: "Your Spot request is fulfilled." },
        instanceId: row.instanceId,
        createTime: row.createdAt,
        launchedAvailabilityZone: row.zone,
        productDescription: "Linux/UNIX",
        tagSet: tagSet(row.tags),
        instanceInterruptionBehavior: "terminate",
      })),
      nextToken,
    };
  },
});
