import { DescribeInstancesCommand, type EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Host, ResourceKind } from "@kiln/sdk";
import type { Where } from "../access/where.ts";
import { describeInstance, waitForInstance } from "../instances.ts";
import { hasCode } from "../retry.ts";
import { deleteVolume, extraVolumes, looseVolumes } from "../volumes.ts";
import type { Polling } from "../waiting.ts";
import { type Open, openFromEnvironment } from "./open.ts";

/** Known before it exists by the client token of the request, or by the launch template that a fleet starts it from. */
export type InstanceIntent = {
  readonly where: Where;
  /** Devices whose volumes the template asked for: they stay. */
  readonly mapped: readonly string[];
} & ({ readonly clientToken: string } | { readonly launchTemplate: string });
export type InstanceRef = { readonly where: Where; readonly id: string; readonly mapped: readonly string[] };

/** Terminates and waits until the instance is gone; one that is gone is success. */
export async function terminate(
  ec2: EC2Client,
  host: Pick<Host, "clock">,
  polling: Polling,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }), { abortSignal: signal });
  } catch (thrown) {
    if (hasCode("InvalidInstanceID.NotFound")(thrown)) return;
    throw thrown;
  }
  await waitForInstance(ec2, host, polling, id, "terminated", signal);
}

export function instanceKind(open: Open): ResourceKind<InstanceIntent, InstanceRef> {
  return {
    kind: "amazon.instance",
    describe: (intent, ref) =>
      `EC2 instance ${ref?.id ?? ("clientToken" in intent ? `of request ${intent.clientToken}` : `of ${intent.launchTemplate}`)} in ${intent.where.region}`,
    async find(intent, access, signal) {
      using amazon = await open(intent.where, access, signal);
      const filter =
        "clientToken" in intent
          ? { Name: "client-token", Values: [intent.clientToken] }
          : { Name: "tag:aws:ec2launchtemplate:id", Values: [intent.launchTemplate] };
      const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
      const { Reservations = [] } = await amazon
        .ec2()
        .send(new DescribeInstancesCommand({ Filters: [filter, alive] }), { abortSignal: signal });
      return Reservations.flatMap(({ Instances = [] }) =>
        Instances.map(({ InstanceId = "" }) => ({ where: intent.where, id: InstanceId, mapped: intent.mapped })),
      );
    },
    async release({ where, id, mapped }, access, signal) {
      using amazon = await open(where, access, signal);
      const ec2 = amazon.ec2();
      const instance = await describeInstance(ec2, id, signal);
      await terminate(ec2, access.host, {}, id, signal);
      const extra = instance ? extraVolumes(instance, mapped) : [];
      for (const volume of await looseVolumes(ec2, extra, signal)) await deleteVolume(ec2, volume, signal);
    },
  };
}
export const instance = instanceKind(openFromEnvironment);
