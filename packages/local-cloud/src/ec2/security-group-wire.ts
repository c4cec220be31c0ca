import type { FilterTable } from "../protocol/filters.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { SecurityGroupRow, SecurityGroupRule } from "../state/rows.ts";

const port = (value: number | undefined): string | undefined => (value === undefined ? undefined : String(value));

function ruleFilterSet(prefix: string, egress: boolean): FilterTable<SecurityGroupRow> {
  const of = (read: (rule: SecurityGroupRule) => string | undefined) => (group: SecurityGroupRow) =>
    group.rules.filter((rule) => rule.egress === egress).map(read);
  const source = (kind: SecurityGroupRule["source"]["kind"]) =>
    of((rule) => (rule.source.kind === kind ? rule.source.value : undefined));
  return {
    [`${prefix}.cidr`]: source("ipv4"),
    [`${prefix}.ipv6-cidr`]: source("ipv6"),
    [`${prefix}.group-id`]: source("group"),
    [`${prefix}.prefix-list-id`]: source("prefix-list"),
    [`${prefix}.from-port`]: of((rule) => port(rule.fromPort)),
    [`${prefix}.to-port`]: of((rule) => port(rule.toPort)),
    [`${prefix}.protocol`]: of((rule) => rule.protocol),
  };
}

export const ruleFilters: FilterTable<SecurityGroupRow> = {
  ...ruleFilterSet("ip-permission", false),
  ...ruleFilterSet("egress.ip-permission", true),
};

/** Rules as DescribeSecurityGroups groups them: one entry per protocol and port range. */
export function rulePermissions(rules: readonly SecurityGroupRule[], ownerId: string): WireObject[] {
  const groups = Map.groupBy(rules, (rule) => `${rule.protocol}/${rule.fromPort}/${rule.toPort}`);
  return [...groups.values()].map((members) => {
    const of = (kind: SecurityGroupRule["source"]["kind"], name: string): WireObject[] =>
      members
        .filter((rule) => rule.source.kind === kind)
        .map((rule) => ({ [name]: rule.source.value, description: rule.description }));
    const [first] = members;
    return {
      ipProtocol: first?.protocol,
      fromPort: first?.fromPort,
      toPort: first?.toPort,
      groups: of("group", "groupId").map((pair) => ({ ...pair, userId: ownerId })),
      ipRanges: of("ipv4", "cidrIp"),
      ipv6Ranges: of("ipv6", "cidrIpv6"),
      prefixListIds: of("prefix-list", "prefixListId"),
    };
  });
}

/** One rule as DescribeSecurityGroupRules and the authorize actions give it. */
export function ruleWire(groupId: string, rule: SecurityGroupRule, ownerId: string): WireObject {
  const { kind, value } = rule.source;
  return {
    securityGroupRuleId: rule.id,
    groupId,
    groupOwnerId: ownerId,
    isEgress: rule.egress,
    ipProtocol: rule.protocol,
    fromPort: rule.fromPort ?? -1,
    toPort: rule.toPort ?? -1,
    ...(kind === "ipv4" && { cidrIpv4: value }),
    ...(kind === "ipv6" && { cidrIpv6: value }),
    ...(kind === "prefix-list" && { prefixListId: value }),
    ...(kind === "group" && { referencedGroupInfo: { groupId: value, userId: ownerId } }),
    description: rule.description,
    tagSet: [],
  };
}
