import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  DescribeSecurityGroupsCommand,
  type EC2Client,
  type IpPermission,
} from "@aws-sdk/client-ec2";
import { type BuildContext, timeOrderedUuid } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { portOf } from "../../connection.ts";
import { describeFailure, failure, orFail } from "../../failure.ts";
import { allFilters, filterList, showFilters } from "../../filter-lists.ts";
import { isChina } from "../../regions.ts";
import { openOwn } from "../../resources/open.ts";
import { deleteSecurityGroup, securityGroupKind } from "../../resources/security-group.ts";
import { hasCode, retryA, retrying } from "../../retry.ts";
import { type Tags, tagList, tagSpecifications } from "../../tag-lists.ts";
import { unhurried } from "../../unhurried.ts";
import { waitFor } from "../../waiting.ts";
import type { Config } from "../config.ts";

/** Ids of the groups to launch with: the template's, or a temporary one that lets the communicator in. */
export async function findSecurityGroups(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  vpc: string | undefined,
  runTags: Tags,
): Promise<readonly string[]> {
  const { ui, signal } = ctx;
  const ec2 = amazon.ec2();
  const given = config.security_group_id ? [config.security_group_id] : (config.security_group_ids ?? []);
  if (given.length > 0) {
    const ask = new DescribeSecurityGroupsCommand({ GroupIds: [...given] });
    await orFail(ui, "Couldn't find specified security group", signal, () => ec2.send(ask, { abortSignal: signal }));
    return given;
  }
  if (config.security_group_filter) {
    const filters = { ...allFilters(config.security_group_filter), ...(vpc && { "vpc-id": vpc }) };
    const ask = new DescribeSecurityGroupsCommand({ Filters: filterList(filters) });
    const answer = orFail(ui, "Couldn't find security groups for filter", signal, () =>
      ec2.send(ask, { abortSignal: signal }),
    );
    const ids = ((await answer).SecurityGroups ?? []).flatMap(({ GroupId }) => (GroupId ? [GroupId] : []));
    if (ids.length === 0) throw failure(ui, `No security groups found matching filters: ${showFilters(filters)}`);
    ui.message(`Found Security Group(s): ${ids.join(", ")}`);
    return ids;
  }
  return [await temporaryGroup(ctx, amazon, config, vpc, runTags)];
}

async function temporaryGroup(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  vpc: string | undefined,
  runTags: Tags,
): Promise<string> {
  const { ui, signal, host } = ctx;
  const ec2 = amazon.ec2();
  const name = `packer_${timeOrderedUuid(host)}`;
  ui.say(`Creating temporary security group for this instance: ${name}`);
  const tags = isChina(amazon.region) ? [] : tagSpecifications(runTags, "security-group");
  const command = new CreateSecurityGroupCommand({
    GroupName: name,
    Description: "Temporary group for Packer",
    ...(vpc && { VpcId: vpc }),
    ...(tags.length > 0 && { TagSpecifications: tags }),
  });
  const held = await ctx.acquire({
    kind: securityGroupKind(openOwn(amazon)),
    intent: { where: amazon.where, name },
    create: async (work) => {
      const made = await orFail(ui, "Error creating security group", signal, () =>
        unhurried(host.clock, work, (late) => ec2.send(command, { abortSignal: late })),
      );
      return made.GroupId ?? "";
    },
    ref: (id) => ({ where: amazon.where, id }),
    async release(id, _, cleanup) {
      ui.say("Deleting temporary security group...");
      try {
        await deleteSecurityGroup(ec2, host.clock, id, cleanup);
      } catch (thrown) {
        ui.error(
          `Error cleaning up security group. Please delete the group manually: ${id}: ${describeFailure(thrown)}`,
        );
        throw thrown;
      }
    },
  });
  const id = held.value;
  await waitUntilKnown(ctx, ec2, id);
  if (isChina(amazon.region) && Object.keys(runTags).length > 0) {
    const tag = new CreateTagsCommand({ Resources: [id], Tags: tagList(runTags) });
    await orFail(ui, "Error tagging security group", signal, () => ec2.send(tag, { abortSignal: signal }));
  }
  await authorize(ctx, ec2, config, id);
  return id;
}

/** A group that was just made may be unknown for a moment; two hundred seconds at the most. */
async function waitUntilKnown({ ui, host, signal }: BuildContext, ec2: EC2Client, id: string): Promise<void> {
  const look = async (): Promise<true | undefined> => {
    try {
      const ask = new DescribeSecurityGroupsCommand({ GroupIds: [id] });
      const { SecurityGroups = [] } = await ec2.send(ask, { abortSignal: signal });
      return SecurityGroups.length > 0 ? true : undefined;
    } catch (thrown) {
      if (hasCode("InvalidGroup.NotFound", "InvalidGroupId.NotFound")(thrown)) return undefined;
      throw thrown;
    }
  };
  const wait = { what: `security group ${id} to exist`, timeoutMs: 200_000, look };
  await orFail(ui, "Error waiting for the security group", signal, () => waitFor(host, {}, wait, signal));
}

async function authorize(ctx: BuildContext, ec2: EC2Client, config: Config, id: string): Promise<void> {
  const { ui, signal, host } = ctx;
  const port = portOf(config);
  if (config.ssh_interface === "session_manager" || port === undefined) return;
  const cidrs = await sources(ctx, config);
  ui.say(`Authorizing access to port ${port} from ${cidrs.join(", ")} in the temporary security group...`);
  const v4 = cidrs.filter((cidr) => !cidr.includes(":"));
  const v6 = cidrs.filter((cidr) => cidr.includes(":"));
  const permission: IpPermission = {
    IpProtocol: "tcp",
    FromPort: port,
    ToPort: port,
    ...(v4.length > 0 && { IpRanges: v4.map((CidrIp) => ({ CidrIp })) }),
    ...(v6.length > 0 && { Ipv6Ranges: v6.map((CidrIpv6) => ({ CidrIpv6 })) }),
  };
  const command = new AuthorizeSecurityGroupIngressCommand({ GroupId: id, IpPermissions: [permission] });
  const missing = hasCode("InvalidGroup.NotFound", "InvalidGroupId.NotFound");
  await orFail(ui, "Error authorizing temporary security group", signal, () =>
    retrying(host.clock, signal, retryA, missing, () => ec2.send(command, { abortSignal: signal })),
  );
}

async function sources(ctx: BuildContext, config: Config): Promise<readonly string[]> {
  const { ui, host, signal } = ctx;
  const given = config.temporary_security_group_source_cidrs ?? [];
  if (given.length > 0 || !config.temporary_security_group_source_public_ip) {
    return given.length > 0 ? given : [config.ssh_interface === "ipv6" ? "::/0" : "0.0.0.0/0"];
  }
  ui.say("Checking current host's public IP...");
  const answer = await orFail(ui, "Couldn't learn this host's public IP", signal, () =>
    host.http.request({ method: "GET", url: "https://checkip.amazonaws.com" }, signal),
  );
  const address = answer.body.trim();
  if (answer.status !== 200 || !/^[0-9a-fA-F.:]+$/.test(address)) {
    throw failure(ui, `Couldn't learn this host's public IP: https://checkip.amazonaws.com answered ${answer.status}`);
  }
  ui.say(`Current host's public IP: ${address}`);
  return [`${address}/${address.includes(":") ? 128 : 32}`];
}
