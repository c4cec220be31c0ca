import { DeleteSecurityGroupCommand, DescribeSecurityGroupsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { Clock, ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { awsCode, retrying } from "../retry.ts";
import { type Open, openFromEnvironment } from "./open.ts";

export type SecurityGroupIntent = { readonly where: Where; readonly name: string };
export type SecurityGroupRef = { readonly where: Where; readonly id: string };

/** Interfaces let go of a group some time after their instance ended: five tries, five seconds apart. */
export async function deleteSecurityGroup(
  ec2: EC2Client,
  clock: Clock,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  await retrying(
    clock,
    signal,
    { tries: 5, firstMs: 5_000, longestMs: 5_000 },
    (thrown) => awsCode(thrown) !== undefined,
    async () => {
      try {
        await ec2.send(new DeleteSecurityGroupCommand({ GroupId: id }), { abortSignal: signal });
      } catch (thrown) {
        if (awsCode(thrown) !== "InvalidGroup.NotFound") throw thrown;
      }
    },
  );
}

export function securityGroupKind(open: Open): ResourceKind<SecurityGroupIntent, SecurityGroupRef> {
  return {
    kind: "amazon.security-group",
    describe: ({ where, name }, ref) => `EC2 security group ${ref ? `${ref.id} (${name})` : name} in ${where.region}`,
    async find({ where, name }, access, signal) {
      using amazon = await open(where, access, signal);
      const filter = { Name: "group-name", Values: [name] };
      const { SecurityGroups = [] } = await amazon
        .ec2()
        .send(new DescribeSecurityGroupsCommand({ Filters: [filter] }), { abortSignal: signal });
      return SecurityGroups.map(({ GroupId = "" }) => ({ where, id: GroupId }));
    },
    async release({ where, id }, access, signal) {
      using amazon = await open(where, access, signal);
      await deleteSecurityGroup(amazon.ec2(), access.host.clock, id, signal);
    },
  };
}
export const securityGroup = securityGroupKind(openFromEnvironment);
