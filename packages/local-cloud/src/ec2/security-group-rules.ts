import { isIPv4, isIPv6 } from "node:net";
import { newId } from "../ids.ts";
import { type Action, action } from "../protocol/action.ts";
import { ApiError, badCombination, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { Params } from "../protocol/params.ts";
import type { SecurityGroupRow, SecurityGroupRule } from "../state/rows.ts";
import { defaultVpc } from "./network.ts";
import { ruleWire } from "./security-group-wire.ts";
import { groupOf } from "./security-groups.ts";

type NewRule = Omit<SecurityGroupRule, "id" | "egress">;

const protocols: Readonly<Record<string, string>> = { "6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", all: "-1" };

function checkCidr(text: string, family: "ipv4" | "ipv6"): string {
  const [address = "", bits = ""] = text.split("/");
  const fits = family === "ipv4" ? isIPv4(address) && Number(bits) <= 32 : isIPv6(address) && Number(bits) <= 128;
  if (!fits || !/^\d{1,3}$/.test(bits)) throw invalidValue("CIDR", text, `Expected a valid ${family} CIDR block.`);
  return text;
}

function ports(p: Params, protocol: string): Pick<NewRule, "fromPort" | "toPort"> {
  const fromPort = p.whole("FromPort");
  const toPort = p.whole("ToPort");
  if (protocol === "-1") return {};
  if (fromPort === undefined || toPort === undefined) {
    if (protocol !== "tcp" && protocol !== "udp") return { fromPort: fromPort ?? -1, toPort: toPort ?? -1 };
    throw badCombination("Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.");
  }
  const limit = protocol === "tcp" || protocol === "udp" ? 65535 : 255;
  if (fromPort > toPort || fromPort < -1 || toPort > limit) {
    throw invalidValue("portRange", `${fromPort}-${toPort}`, "Invalid TCP/UDP port range.");
  }
  return { fromPort, toPort };
}

function readPermission(p: Params): NewRule[] {
  const given = p.required("IpProtocol").toLowerCase();
  const protocol = protocols[given] ?? given;
  if (!/^(tcp|udp|icmp|icmpv6|-1|\d{1,3})$/.test(protocol)) throw invalidValue("protocol", given, "Unknown protocol.");
  const base = { protocol, ...ports(p, protocol) };
  const source = (group: Params, kind: NewRule["source"]["kind"], value: string): NewRule => {
    const description = group.text("Description");
    return { ...base, source: { kind, value }, ...(description !== undefined && { description }) };
  };
  return [
    ...p.groups("IpRanges").map((g) => source(g, "ipv4", checkCidr(g.required("CidrIp"), "ipv4"))),
    ...p.groups("Ipv6Ranges").map((g) => source(g, "ipv6", checkCidr(g.required("CidrIpv6"), "ipv6"))),
    ...p.groups("PrefixListIds").map((g) => source(g, "prefix-list", g.required("PrefixListId"))),
    ...p.groups("Groups").map((g) => {
      g.text("UserId");
      return source(g, "group", g.required("GroupId"));
    }),
  ];
}

/** `IpPermissions.N`, and the flat form of one rule. */
function readRules(p: Params): NewRule[] {
  const rules = p.groups("IpPermissions").flatMap(readPermission);
  if (p.text("IpProtocol") === undefined) return rules;
  const protocol = protocols[p.required("IpProtocol")] ?? p.required("IpProtocol");
  const cidr = p.required("CidrIp");
  return [...rules, { protocol, ...ports(p, protocol), source: { kind: "ipv4", value: checkCidr(cidr, "ipv4") } }];
}

const same = (a: NewRule, b: NewRule): boolean =>
  a.protocol === b.protocol &&
  a.fromPort === b.fromPort &&
  a.toPort === b.toPort &&
  a.source.kind === b.source.kind &&
  a.source.value === b.source.value;

const shown = (rule: NewRule): string =>
  `peer: ${rule.source.value}, ${rule.protocol === "-1" ? "ALL" : rule.protocol.toUpperCase()}, from port: ${rule.fromPort ?? -1}, to port: ${rule.toPort ?? -1}, ALLOW`;

interface RuleInput {
  readonly id: string | undefined;
  readonly name: string | undefined;
  readonly rules: NewRule[];
  readonly ruleIds: readonly string[];
}

function readInput(p: Params): RuleInput {
  return {
    id: p.text("GroupId"),
    name: p.text("GroupName"),
    rules: readRules(p),
    ruleIds: p.texts("SecurityGroupRuleId"),
  };
}

function find(call: Call, input: RuleInput): SecurityGroupRow {
  if (input.id !== undefined) return groupOf(call, input.id);
  const vpcId = defaultVpc(call)?.id;
  const row = call.rows("securityGroups").find((group) => group.name === input.name && group.vpcId === vpcId);
  if (!row) throw new ApiError("InvalidGroup.NotFound", `The security group '${input.name}' does not exist`);
  return row;
}

function authorize(name: string, egress: boolean): Action {
  return action(name, {
    read: readInput,
    run: (input, call) => {
      const group = find(call, input);
      if (input.rules.length === 0)
        throw new ApiError("MissingParameter", "Either 'ipPermissions' or 'securityGroupRuleIds' should be provided.");
      const existing = group.rules.filter((rule) => rule.egress === egress);
      const duplicate = input.rules.find((rule) => existing.some((other) => same(rule, other)));
      if (duplicate) {
        throw new ApiError("InvalidPermission.Duplicate", `the specified rule "${shown(duplicate)}" already exists`);
      }
      const added = input.rules.map((rule): SecurityGroupRule => ({ ...rule, id: newId("sgr"), egress }));
      call.change((tx) => tx.put("securityGroups", call.region, { ...group, rules: [...group.rules, ...added] }));
      return {
        return: true,
        securityGroupRuleSet: added.map((rule) => ruleWire(group.id, rule, call.cloud.accountId)),
      };
    },
  });
}

function revoke(name: string, egress: boolean): Action {
  return action(name, {
    read: readInput,
    run: (input, call) => {
      const group = find(call, input);
      const goes = (rule: SecurityGroupRule): boolean =>
        rule.egress === egress && (input.ruleIds.includes(rule.id) || input.rules.some((other) => same(rule, other)));
      const gone = group.rules.filter(goes);
      if (gone.length < input.rules.length + input.ruleIds.length) {
        throw new ApiError("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
      }
      const rules = group.rules.filter((rule) => !goes(rule));
      call.change((tx) => tx.put("securityGroups", call.region, { ...group, rules }));
      return { return: true };
    },
  });
}

export const authorizeSecurityGroupIngress = authorize("AuthorizeSecurityGroupIngress", false);
export const authorizeSecurityGroupEgress = authorize("AuthorizeSecurityGroupEgress", true);
export const revokeSecurityGroupIngress = revoke("RevokeSecurityGroupIngress", false);
export const revokeSecurityGroupEgress = revoke("RevokeSecurityGroupEgress", true);
