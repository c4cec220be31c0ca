import type { PlacementConfig } from "../options/placement.ts";
import type { Refusals } from "./refusals.ts";

/** Network, groups, hosts and reservations. */
export function checkPlacement(config: PlacementConfig, refuse: Refusals): void {
  if (config.security_group_id && config.security_group_ids?.length) {
    refuse.error(
      ["security_group_id"],
      "security-group",
      "Only one of security_group_id or security_group_ids can be specified.",
    );
  }
  for (const [i, cidr] of (config.temporary_security_group_source_cidrs ?? []).entries()) {
    if (!isCidr(cidr)) {
      refuse.error(
        ["temporary_security_group_source_cidrs", i],
        "cidr",
        `Error parsing CIDR in temporary_security_group_source_cidrs: ${cidr}`,
      );
    }
  }
  for (const name of ["subnet_filter", "vpc_filter", "security_group_filter"] as const) {
    for (const [i, filter] of (config[name]?.filter ?? []).entries()) {
      if (!filter.name) refuse.error([name, "filter", i], "filter-name", `A filter of ${name} needs a name.`);
    }
  }
  checkReservation(config, refuse);
  checkTenancy(config, refuse);
}

function checkReservation(config: PlacementConfig, refuse: Refusals): void {
  const {
    capacity_reservation_preference: preference,
    capacity_reservation_id: id,
    capacity_reservation_group_arn: group,
  } = config;
  if (id && group) {
    refuse.error(
      ["capacity_reservation_id"],
      "capacity-reservation",
      "capacity_reservation_id and capacity_reservation_group_arn are mutually exclusive, only one should be used/set",
    );
  }
  if (preference && preference !== "none" && preference !== "open") {
    refuse.error(
      ["capacity_reservation_preference"],
      "capacity-reservation",
      "capacity_reservation_preference only accepts 'none' or 'open' values",
    );
  }
  if (preference && (id || group)) {
    const option = id ? "capacity_reservation_id" : "capacity_reservation_group_arn";
    refuse.error(
      ["capacity_reservation_preference"],
      "capacity-reservation",
      `capacity_reservation_preference and ${option} are mutually exclusive, only one should be used/set`,
    );
  }
}

function checkTenancy({ placement, tenancy }: PlacementConfig, refuse: Refusals): void {
  if (placement?.tenancy && tenancy) {
    refuse.error(["tenancy"], "tenancy", "Error: Please set only one of placement.tenancy and tenancy (deprecated)");
  }
  const given = placement?.tenancy || tenancy;
  if (given && !["default", "dedicated", "host"].includes(given)) {
    const path = placement?.tenancy ? ["placement", "tenancy"] : ["tenancy"];
    refuse.error(path, "tenancy", `Error: Unknown tenancy type ${given}`);
  }
}

/** `ADDRESS/BITS`, IPv4 or IPv6. */
export function isCidr(text: string): boolean {
  const [address = "", bits, ...rest] = text.split("/");
  if (rest.length > 0 || bits === undefined || !/^\d{1,3}$/.test(bits)) return false;
  if (address.includes(":")) return URL.canParse(`http://[${address}]`) && Number(bits) <= 128;
  const bytes = address.split(".");
  return bytes.length === 4 && bytes.every((b) => /^\d{1,3}$/.test(b) && Number(b) <= 255) && Number(bits) <= 32;
}
