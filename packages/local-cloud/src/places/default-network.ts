import { settledId } from "../ids.ts";
import type { SecurityGroupRow, SubnetRow, VpcRow } from "../state/rows.ts";
import { regionNamed } from "./regions.ts";

export interface DefaultNetwork {
  readonly vpc: VpcRow;
  readonly subnets: readonly SubnetRow[];
  readonly group: SecurityGroupRow;
}

/** The default VPC that every account has in every region, with a subnet per zone and its default security group. */
export function defaultNetwork(accountId: string, name: string): DefaultNetwork {
  const region = regionNamed(name);
  const vpcId = settledId("vpc", accountId, name);
  const subnets = region.zones.map(
    (zone, i): SubnetRow => ({
      id: settledId("subnet", accountId, zone),
      vpcId,
      cidr: `172.31.${i * 16}.0/20`,
      zone,
      zoneId: `${region.zonePrefix}-az${i + 1}`,
      isDefault: true,
      mapPublicIp: true,
      tags: {},
    }),
  );
  return {
    vpc: { id: vpcId, cidr: "172.31.0.0/16", isDefault: true, tags: {} },
    subnets,
    group: defaultGroup(settledId("sg", accountId, name), vpcId),
  };
}

/** The group named `default` that comes with a VPC: its members reach each other, and everything outside. */
export function defaultGroup(id: string, vpcId: string): SecurityGroupRow {
  return {
    id,
    name: "default",
    description: "default VPC security group",
    vpcId,
    rules: [
      { id: settledId("sgr", id, "in"), egress: false, protocol: "-1", source: { kind: "group", value: id } },
      { id: settledId("sgr", id, "out"), egress: true, protocol: "-1", source: { kind: "ipv4", value: "0.0.0.0/0" } },
    ],
    tags: {},
  };
}
