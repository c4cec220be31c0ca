import { newId } from "../ids.ts";
import { defaultGroup } from "../places/default-network.ts";
import { partitionOf, regionNamed } from "../places/regions.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { type FilterTable, matching, readFilters, yesNo } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { SubnetRow, VpcRow } from "../state/rows.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";

export function defaultVpc(call: Call): VpcRow | undefined {
  return call.rows("vpcs").find((vpc) => vpc.isDefault);
}

export function vpcOf(call: Call, id: string): VpcRow {
  const row = call.get("vpcs", id);
  if (!row) throw new ApiError("InvalidVpcID.NotFound", `The vpc ID '${id}' does not exist`);
  return row;
}

export function subnetOf(call: Call, id: string): SubnetRow {
  const row = call.get("subnets", id);
  if (!row) throw new ApiError("InvalidSubnetID.NotFound", `The subnet ID '${id}' does not exist`);
  return row;
}

/** Addresses left in a subnet: its size less EC2's five less its instances. */
export function freeAddresses(call: Call, subnet: SubnetRow): number {
  const bits = Number(subnet.cidr.split("/")[1]);
  const used = call.cloud.store
    .rows("instances", call.region)
    .filter((instance) => instance.subnetId === subnet.id && instance.state !== "terminated").length;
  return 2 ** (32 - bits) - 5 - used;
}

function vpcWire(call: Call, vpc: VpcRow): WireObject {
  return {
    ownerId: call.cloud.accountId,
    instanceTenancy: "default",
    cidrBlockAssociationSet: [
      {
        cidrBlock: vpc.cidr,
        associationId: vpc.id.replace("vpc-", "vpc-cidr-assoc-"),
        cidrBlockState: { state: "associated" },
      },
    ],
    isDefault: vpc.isDefault,
    tagSet: tagSet(vpc.tags),
    vpcId: vpc.id,
    state: "available",
    cidrBlock: vpc.cidr,
    dhcpOptionsId: "default",
  };
}

function subnetWire(call: Call, subnet: SubnetRow): WireObject {
  return {
    availabilityZoneId: subnet.zoneId,
    ownerId: call.cloud.accountId,
    assignIpv6AddressOnCreation: false,
    ipv6CidrBlockAssociationSet: [],
    tagSet: tagSet(subnet.tags),
    subnetArn: `arn:${partitionOf(call.region)}:ec2:${call.region}:${call.cloud.accountId}:subnet/${subnet.id}`,
    ipv6Native: false,
    subnetId: subnet.id,
    state: "available",
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidr,
    availableIpAddressCount: freeAddresses(call, subnet),
    availabilityZone: subnet.zone,
    defaultForAz: subnet.isDefault,
    mapPublicIpOnLaunch: subnet.mapPublicIp,
  };
}

const vpcFilters = (call: Call): FilterTable<VpcRow> => ({
  "vpc-id": (vpc) => [vpc.id],
  cidr: (vpc) => [vpc.cidr],
  "cidr-block": (vpc) => [vpc.cidr],
  "cidr-block-association.cidr-block": (vpc) => [vpc.cidr],
  isDefault: (vpc) => yesNo(vpc.isDefault),
  "is-default": (vpc) => yesNo(vpc.isDefault),
  "owner-id": () => [call.cloud.accountId],
  state: () => ["available"],
  "dhcp-options-id": () => ["default"],
});

export const describeVpcs = action("DescribeVpcs", {
  read: (p) => ({ ids: p.texts("VpcId"), filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    const chosen = input.ids.length === 0 ? call.rows("vpcs") : input.ids.map((id) => vpcOf(call, id));
    const { rows, nextToken } = page(matching(chosen, input.filters, vpcFilters(call)), input.page);
    return { vpcSet: rows.map((vpc) => vpcWire(call, vpc)), nextToken };
  },
});

const subnetFilters = (call: Call): FilterTable<SubnetRow> => ({
  "subnet-id": (subnet) => [subnet.id],
  "vpc-id": (subnet) => [subnet.vpcId],
  "availability-zone": (subnet) => [subnet.zone],
  availabilityZone: (subnet) => [subnet.zone],
  "availability-zone-id": (subnet) => [subnet.zoneId],
  availabilityZoneId: (subnet) => [subnet.zoneId],
  cidr: (subnet) => [subnet.cidr],
  cidrBlock: (subnet) => [subnet.cidr],
  "cidr-block": (subnet) => [subnet.cidr],
  defaultForAz: (subnet) => yesNo(subnet.isDefault),
  "default-for-az": (subnet) => yesNo(subnet.isDefault),
  "map-public-ip-on-launch": (subnet) => yesNo(subnet.mapPublicIp),
  "available-ip-address-count": (subnet) => [String(freeAddresses(call, subnet))],
  "owner-id": () => [call.cloud.accountId],
  state: () => ["available"],
});

export const describeSubnets = action("DescribeSubnets", {
  read: (p) => ({ ids: p.texts("SubnetId"), filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    const chosen = input.ids.length === 0 ? call.rows("subnets") : input.ids.map((id) => subnetOf(call, id));
    const { rows, nextToken } = page(matching(chosen, input.filters, subnetFilters(call)), input.page);
    return { subnetSet: rows.map((subnet) => subnetWire(call, subnet)), nextToken };
  },
});

function checkBlock(cidr: string): string {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/.exec(cidr);
  const numbers = match?.slice(1).map(Number) ?? [];
  const bits = numbers[4] ?? 0;
  if (!match || numbers.slice(0, 4).some((n) => n > 255) || bits < 16 || bits > 28) {
    throw invalidValue("cidrBlock", cidr, "The CIDR block must have between 16 and 28 bits.");
  }
  return cidr;
}

export const createVpc = action("CreateVpc", {
  read: (p) => ({ cidr: checkBlock(p.required("CidrBlock")), tags: readTagSpecifications(p, ["vpc"])["vpc"] }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    const vpc: VpcRow = { id: newId("vpc"), cidr: input.cidr, isDefault: false, tags: input.tags ?? {} };
    call.change((tx) => {
      tx.put("vpcs", call.region, vpc);
      tx.put("securityGroups", call.region, defaultGroup(newId("sg"), vpc.id));
    });
    return { vpc: { ...vpcWire(call, vpc), state: "pending" } };
  },
});

export const createSubnet = action("CreateSubnet", {
  read: (p) => ({
    vpcId: p.required("VpcId"),
    cidr: checkBlock(p.required("CidrBlock")),
    zone: p.text("AvailabilityZone"),
    tags: readTagSpecifications(p, ["subnet"])["subnet"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    const vpc = vpcOf(call, input.vpcId);
    const region = regionNamed(call.region);
    const zone = input.zone ?? region.zones[0] ?? "";
    const index = region.zones.indexOf(zone);
    if (index < 0) throw invalidValue("availabilityZone", zone, `Valid zones: ${region.zones.join(", ")}.`);
    if (call.rows("subnets").some((s) => s.vpcId === vpc.id && s.cidr === input.cidr)) {
      throw new ApiError("InvalidSubnet.Conflict", `The CIDR '${input.cidr}' conflicts with another subnet`);
    }
    const subnet: SubnetRow = {
      id: newId("subnet"),
      vpcId: vpc.id,
      cidr: input.cidr,
      zone,
      zoneId: `${region.zonePrefix}-az${index + 1}`,
      isDefault: false,
      mapPublicIp: false,
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("subnets", call.region, subnet));
    return { subnet: subnetWire(call, subnet) };
  },
});

export const deleteSubnet = action("DeleteSubnet", {
  read: (p) => p.required("SubnetId"),
  run: (id, call) => {
    const subnet = subnetOf(call, id);
    const instances = call.cloud.store.rows("instances", call.region);
    if (instances.some((i) => i.subnetId === id && i.state !== "terminated")) {
      throw new ApiError("DependencyViolation", `The subnet '${id}' has dependencies and cannot be deleted.`);
    }
    call.change((tx) => tx.remove("subnets", call.region, subnet.id));
    return { return: true };
  },
});

export const deleteVpc = action("DeleteVpc", {
  read: (p) => p.required("VpcId"),
  run: (id, call) => {
    const vpc = vpcOf(call, id);
    const groups = call.rows("securityGroups").filter((group) => group.vpcId === id);
    if (call.rows("subnets").some((s) => s.vpcId === id) || groups.some((group) => group.name !== "default")) {
      throw new ApiError("DependencyViolation", `The vpc '${id}' has dependencies and cannot be deleted.`);
    }
    call.change((tx) => {
      tx.remove("vpcs", call.region, vpc.id);
      for (const group of groups) tx.remove("securityGroups", call.region, group.id);
    });
    return { return: true };
  },
});
