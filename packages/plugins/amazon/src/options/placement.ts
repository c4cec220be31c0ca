import { block, type ConfigOf, flag, list, ofText, text } from "@kiln/sdk";
import { securityGroupFilter, subnetFilter, vpcFilter } from "./filters.ts";

/** Where the instance runs: network, zone, host, reservation. */
export const placementOptions = {
  vpc_id: text({ doc: "VPC to build in." }),
  vpc_filter: vpcFilter,
  subnet_id: text({ doc: "Subnet to build in." }),
  subnet_filter: subnetFilter,
  availability_zone: text({ doc: "Zone to build in." }),
  associate_public_ip_address: flag({ doc: "Give the instance a public address, or none." }),
  security_group_id: text({ doc: "Security group to use instead of a temporary one." }),
  security_group_ids: list(ofText, { doc: "Security groups to use instead of a temporary one." }),
  security_group_filter: securityGroupFilter,
  temporary_security_group_source_cidrs: list(ofText, { doc: "Addresses that may connect; everybody when not set." }),
  temporary_security_group_source_public_ip: flag({
    doc: "Only the public address of this host may connect.",
    fallback: false,
  }),
  placement: block(
    {
      host_resource_group_arn: text({ doc: "Host resource group to launch in." }),
      host_id: text({ doc: "Dedicated host to launch on." }),
      tenancy: text({ doc: "default, dedicated or host." }),
    },
    { doc: "Dedicated hosts and tenancy." },
  ),
  tenancy: text({ doc: "Old place of placement.tenancy.", deprecated: { use: "placement.tenancy" } }),
  capacity_reservation_preference: text({
    doc: "Whether to use open capacity reservations.",
    choices: ["none", "open"],
  }),
  capacity_reservation_id: text({ doc: "Capacity reservation to launch in." }),
  capacity_reservation_group_arn: text({ doc: "Group of capacity reservations to launch in." }),
} as const;
export type PlacementConfig = ConfigOf<typeof placementOptions>;
