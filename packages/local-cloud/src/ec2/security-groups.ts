import { newId } from "../ids.ts";
import { partitionOf } from "../places/regions.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import { type FilterTable, matching, readFilters } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { SecurityGroupRow } from "../state/rows.ts";
import { defaultVpc, vpcOf } from "./network.ts";
import { ruleFilters, rulePermissions, ruleWire } from "./security-group-wire.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";

const notFound = (id: string): ApiError =>
  new ApiError("InvalidGroup.NotFound", `The security group '${id}' does not exist`);

export function groupOf(call: Call, id: string): SecurityGroupRow {
  if (!/^sg-[0-9a-f]+$/.test(id))
    throw new ApiError("InvalidGroupId.Malformed", `Invalid id: "${id}" (expecting "sg-...")`);
  const row = call.get("securityGroups", id);
  if (!row) throw notFound(id);
  return row;
}

const groupArn = (call: Call, id: string): string =>
  `arn:${partitionOf(call.region)}:ec2:${call.region}:${call.cloud.accountId}:security-group/${id}`;

export const createSecurityGroup = action("CreateSecurityGroup", {
  read: (p) => ({
    name: p.required("GroupName"),
    description: p.required("GroupDescription"),
    vpcId: p.text("VpcId"),
    tags: readTagSpecifications(p, ["security-group"])["security-group"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    const vpc = input.vpcId ? vpcOf(call, input.vpcId) : defaultVpc(call);
    if (!vpc) throw new ApiError("VPCIdNotSpecified", "No default VPC for this user");
    if (input.name.startsWith("sg-"))
      throw invalidValue("GroupName", input.name, "Group names may not be in the format sg-*.");
    if (!/^[\w .:/()#,@[\]+=&;{}!$*-]{1,255}$/.test(input.description)) {
      throw invalidValue("GroupDescription", input.description, "Character sets beyond ASCII are not supported.");
    }
    if (call.rows("securityGroups").some((group) => group.name === input.name && group.vpcId === vpc.id)) {
      throw new ApiError(
        "InvalidGroup.Duplicate",
        `The security group '${input.name}' already exists for VPC '${vpc.id}'`,
      );
    }
    const id = newId("sg");
    const row: SecurityGroupRow = {
      id,
      name: input.name,
      description: input.description,
      vpcId: vpc.id,
      rules: [{ id: newId("sgr"), egress: true, protocol: "-1", source: { kind: "ipv4", value: "0.0.0.0/0" } }],
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("securityGroups", call.region, row));
    return { groupId: id, tagSet: tagSet(row.tags), securityGroupArn: groupArn(call, id) };
  },
});

export const deleteSecurityGroup = action("DeleteSecurityGroup", {
  read: (p) => ({ id: p.text("GroupId"), name: p.text("GroupName") }),
  run: ({ id, name }, call) => {
    const row =
      id === undefined
        ? call.rows("securityGroups").find((g) => g.name === name && g.vpcId === defaultVpc(call)?.id)
        : groupOf(call, id);
    if (!row) throw notFound(name ?? "");
    if (row.name === "default") {
      throw new ApiError(
        "CannotDelete",
        `the specified group: "${row.id}" name: "default" cannot be deleted by a user`,
      );
    }
    const users = call.cloud.store
      .rows("instances", call.region)
      .filter((instance) => instance.state !== "terminated" && instance.securityGroupIds.includes(row.id));
    const referrers = call
      .rows("securityGroups")
      .filter((g) => g.id !== row.id && g.rules.some((r) => r.source.value === row.id));
    if (users.length + referrers.length > 0) {
      throw new ApiError("DependencyViolation", `resource ${row.id} has a dependent object`);
    }
    call.change((tx) => tx.remove("securityGroups", call.region, row.id));
    return { return: true, groupId: row.id };
  },
});

const filters = (accountId: string): FilterTable<SecurityGroupRow> => ({
  "group-id": (group) => [group.id],
  "group-name": (group) => [group.name],
  description: (group) => [group.description],
  "vpc-id": (group) => [group.vpcId],
  "owner-id": () => [accountId],
  ...ruleFilters,
});

export const describeSecurityGroups = action("DescribeSecurityGroups", {
  read: (p) => ({
    ids: p.texts("GroupId"),
    names: p.texts("GroupName"),
    filters: readFilters(p),
    page: readPage(p, 5, 1000),
  }),
  run: (input, call) => {
    for (const id of input.ids) groupOf(call, id);
    const all = call.rows("securityGroups");
    for (const name of input.names) if (!all.some((group) => group.name === name)) throw notFound(name);
    const chosen = all.filter(
      (group) =>
        (input.ids.length === 0 || input.ids.includes(group.id)) &&
        (input.names.length === 0 || input.names.includes(group.name)),
    );
    const { rows, nextToken } = page(matching(chosen, input.filters, filters(call.cloud.accountId)), input.page);
    const owner = call.cloud.accountId;
    return {
      securityGroupInfo: rows.map((group) => ({
        ownerId: owner,
        groupName: group.name,
        groupId: group.id,
        groupDescription: group.description,
        ipPermissions: rulePermissions(
          group.rules.filter((r) => !r.egress),
          owner,
        ),
        ipPermissionsEgress: rulePermissions(
          group.rules.filter((r) => r.egress),
          owner,
        ),
        vpcId: group.vpcId,
        securityGroupArn: groupArn(call, group.id),
        tagSet: tagSet(group.tags),
      })),
      nextToken,
    };
  },
});

export const describeSecurityGroupRules = action("DescribeSecurityGroupRules", {
  read: (p) => ({ ids: p.texts("SecurityGroupRuleId"), filters: readFilters(p), page: readPage(p, 5, 1000) }),
  run: (input, call) => {
    const all = call.rows("securityGroups").flatMap((group) => group.rules.map((rule) => ({ group, rule, tags: {} })));
    const missing = input.ids.find((id) => !all.some(({ rule }) => rule.id === id));
    if (missing)
      throw new ApiError(
        "InvalidSecurityGroupRuleId.NotFound",
        `The security group rule ID '${missing}' does not exist`,
      );
    const chosen = all.filter(({ rule }) => input.ids.length === 0 || input.ids.includes(rule.id));
    const found = matching(chosen, input.filters, {
      "group-id": ({ group }) => [group.id],
      "security-group-rule-id": ({ rule }) => [rule.id],
    });
    const { rows, nextToken } = page(found, input.page);
    return {
      securityGroupRuleSet: rows.map(({ group, rule }) => ruleWire(group.id, rule, call.cloud.accountId)),
      nextToken,
    };
  },
});
