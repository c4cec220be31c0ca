import { defaultVpc, freeAddresses, subnetOf } from "../ec2/network.ts";
import { groupOf } from "../ec2/security-groups.ts";
import { regionNamed } from "../places/regions.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { SubnetRow } from "../state/rows.ts";
import type { LaunchRequest } from "./launch-request.ts";

export interface Placement {
  readonly subnet: SubnetRow;
  readonly groupIds: readonly string[];
  readonly publicAddress: boolean;
}

/** Finds the subnet and the security groups of a launch, or refuses as EC2 does. */
export function place(call: Call, request: LaunchRequest): Placement {
  const { network, zone } = request;
  if (zone !== undefined && !regionNamed(call.region).zones.includes(zone)) {
    throw invalidValue("availabilityZone", zone, `Valid zones: ${regionNamed(call.region).zones.join(", ")}.`);
  }
  const subnet = network.subnetId === undefined ? defaultSubnet(call, request) : subnetOf(call, network.subnetId);
  if (zone !== undefined && subnet.zone !== zone) {
    throw invalidValue("availabilityZone", zone, `The requested subnet '${subnet.id}' is in ${subnet.zone}.`);
  }
  if (freeAddresses(call, subnet) < 1) {
    throw new ApiError("InsufficientFreeAddressesInSubnet", `Insufficient free addresses in subnet '${subnet.id}'.`);
  }
  const inVpc = call.rows("securityGroups").filter((group) => group.vpcId === subnet.vpcId);
  const named = network.groupNames.map((name) => {
    const group = inVpc.find((candidate) => candidate.name === name);
    if (!group)
      throw new ApiError(
        "InvalidGroup.NotFound",
        `The security group '${name}' does not exist in VPC '${subnet.vpcId}'`,
      );
    return group.id;
  });
  for (const id of network.groupIds) {
    if (groupOf(call, id).vpcId !== subnet.vpcId) {
      throw new ApiError(
        "InvalidParameter",
        `Security group ${id} and subnet ${subnet.id} belong to different networks.`,
      );
    }
  }
  const groupIds = [...network.groupIds, ...named];
  const standard = inVpc.filter((group) => group.name === "default").map((group) => group.id);
  return {
    subnet,
    groupIds: groupIds.length > 0 ? groupIds : standard,
    publicAddress: network.publicAddress ?? subnet.mapPublicIp,
  };
}

function defaultSubnet(call: Call, request: LaunchRequest): SubnetRow {
  const vpc = defaultVpc(call);
  if (!vpc && request.type?.startsWith("t2.")) {
    throw new ApiError(
      "VPCResourceNotSpecified",
      "The specified instance type can only be used in a VPC. A subnet ID or network interface ID is required to carry out the request.",
    );
  }
  if (!vpc)
    throw new ApiError(
      "VPCIdNotSpecified",
      "No default VPC for this user. GroupName is only supported for EC2-Classic and default VPC.",
    );
  const subnets = call.rows("subnets").filter((subnet) => subnet.vpcId === vpc.id && subnet.isDefault);
  const found = subnets.find((subnet) => request.zone === undefined || subnet.zone === request.zone);
  if (!found) {
    throw new ApiError("MissingInput", `No default subnet for availability zone: '${request.zone ?? "null"}'.`);
  }
  return found;
}
