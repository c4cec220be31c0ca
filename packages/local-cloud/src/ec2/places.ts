import { type InstanceType, instanceTypes } from "../places/instance-types.ts";
import { awsRegions, regionNamed } from "../places/regions.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import { matching, readFilters, yesNo } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import { defaultVpc } from "./network.ts";

export const describeRegions = action("DescribeRegions", {
  read: (p) => ({ names: p.texts("RegionName"), filters: readFilters(p), all: p.flag("AllRegions") ?? false }),
  run: (input, call) => {
    const regions = call.cloud.regions.map((name) => {
      const optIn = awsRegions.find((region) => region.name === name)?.optIn ?? false;
      // Opt-in regions are opted into: the local cloud serves them all.
      return { name, endpoint: `ec2.${name}.amazonaws.com`, status: optIn ? "opted-in" : "opt-in-not-required" };
    });
    const unknown = input.names.find((name) => !regions.some((region) => region.name === name));
    if (unknown !== undefined)
      throw invalidValue("region", unknown, `Valid regions: ${call.cloud.regions.join(", ")}.`);
    const chosen = regions.filter(({ name }) => input.names.length === 0 || input.names.includes(name));
    const found = matching(chosen, input.filters, {
      "region-name": (region) => [region.name],
      endpoint: (region) => [region.endpoint],
      "opt-in-status": (region) => [region.status],
    });
    return {
      regionInfo: found.map((r) => ({ regionName: r.name, regionEndpoint: r.endpoint, optInStatus: r.status })),
    };
  },
});

export const describeAvailabilityZones = action("DescribeAvailabilityZones", {
  read: (p) => ({
    names: p.texts("ZoneName"),
    ids: p.texts("ZoneId"),
    filters: readFilters(p),
    all: p.flag("AllAvailabilityZones") ?? false,
  }),
  run: (input, call) => {
    const region = regionNamed(call.region);
    const zones = region.zones.map((name, i) => ({ name, id: `${region.zonePrefix}-az${i + 1}` }));
    const unknown = input.names.find((name) => !region.zones.includes(name));
    if (unknown !== undefined)
      throw invalidValue("availabilityZone", unknown, `Valid zones: ${region.zones.join(", ")}.`);
    const chosen = zones.filter(
      ({ name, id }) =>
        (input.names.length === 0 || input.names.includes(name)) && (input.ids.length === 0 || input.ids.includes(id)),
    );
    const found = matching(chosen, input.filters, {
      "zone-name": (zone) => [zone.name],
      "zone-id": (zone) => [zone.id],
      "zone-type": () => ["availability-zone"],
      state: () => ["available"],
      "region-name": () => [call.region],
      "group-name": () => [call.region],
      "opt-in-status": () => ["opt-in-not-required"],
    });
    return {
      availabilityZoneInfo: found.map((zone) => ({
        optInStatus: "opt-in-not-required",
        messageSet: [],
        regionName: call.region,
        zoneName: zone.name,
        zoneId: zone.id,
        groupName: call.region,
        networkBorderGroup: call.region,
        zoneType: "availability-zone",
        zoneState: "available",
      })),
    };
  },
});

export const describeInstanceTypeOfferings = action("DescribeInstanceTypeOfferings", {
  read: (p) => ({
    by: p.word("LocationType", ["region", "availability-zone", "availability-zone-id"]) ?? ("region" as const),
    filters: readFilters(p),
    page: readPage(p, 5, 1000),
  }),
  run: (input, call) => {
    const region = regionNamed(call.region);
    const places = {
      region: [call.region],
      "availability-zone": region.zones,
      "availability-zone-id": region.zones.map((_, i) => `${region.zonePrefix}-az${i + 1}`),
    }[input.by];
    const offers = [...instanceTypes().keys()].flatMap((type) => places.map((location) => ({ type, location })));
    const found = matching(offers, input.filters, {
      "instance-type": (offer) => [offer.type],
      location: (offer) => [offer.location],
    });
    const { rows, nextToken } = page(found, input.page);
    return {
      instanceTypeOfferingSet: rows.map((offer) => ({
        instanceType: offer.type,
        locationType: input.by,
        location: offer.location,
      })),
      nextToken,
    };
  },
});

export const describeInstanceTypes = action("DescribeInstanceTypes", {
  read: (p) => ({ names: p.texts("InstanceType"), filters: readFilters(p), page: readPage(p, 5, 100) }),
  run: (input, call) => {
    const all = instanceTypes();
    const chosen = input.names.length === 0 ? [...all.values()] : input.names.map((name) => knownType(name));
    call.finish();
    const found = matching(chosen, input.filters, {
      "instance-type": (type) => [type.name],
      "current-generation": (type) => yesNo(type.currentGeneration),
      "burstable-performance-supported": (type) => yesNo(type.burstable),
      "processor-info.supported-architecture": (type) => [type.architecture],
      "vcpu-info.default-vcpus": (type) => [String(type.cpus)],
      "memory-info.size-in-mib": (type) => [String(type.memoryMiB)],
      hypervisor: () => ["nitro"],
    });
    const { rows, nextToken } = page(found, input.page);
    return {
      instanceTypeSet: rows.map((type) => ({
        instanceType: type.name,
        currentGeneration: type.currentGeneration,
        freeTierEligible: /^t[23]\.micro$/.test(type.name),
        supportedUsageClasses: ["on-demand", "spot"],
        supportedRootDeviceTypes: ["ebs"],
        supportedVirtualizationTypes: ["hvm"],
        bareMetal: false,
        processorInfo: { supportedArchitectures: [type.architecture] },
        vCpuInfo: { defaultVCpus: type.cpus },
        memoryInfo: { sizeInMiB: type.memoryMiB },
        burstablePerformanceSupported: type.burstable,
      })),
      nextToken,
    };
  },
});

/** An instance type, or EC2's refusal of one that does not exist. */
export function knownType(name: string): InstanceType {
  const type = instanceTypes().get(name);
  if (!type) throw new ApiError("InvalidParameterValue", `Invalid value '${name}' for InstanceType.`);
  return type;
}

export const describeAccountAttributes = action("DescribeAccountAttributes", {
  read: (p) => p.texts("AttributeName"),
  run: (names, call) => {
    const values: Readonly<Record<string, string>> = {
      "supported-platforms": "VPC",
      "default-vpc": defaultVpc(call)?.id ?? "none",
      "max-instances": "20",
      "vpc-max-security-groups-per-interface": "5",
      "max-elastic-ips": "5",
      "vpc-max-elastic-ips": "5",
    };
    const unknown = names.find((name) => values[name] === undefined);
    if (unknown !== undefined) throw invalidValue("attributeName", unknown);
    const chosen = Object.entries(values).filter(([name]) => names.length === 0 || names.includes(name));
    return {
      accountAttributeSet: chosen.map(([attributeName, value]) => ({
        attributeName,
        attributeValueSet: [{ attributeValue: value }],
      })),
    };
  },
});
