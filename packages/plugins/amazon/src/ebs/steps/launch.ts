import {
  CreateTagsCommand,
  type EC2Client,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { type BuildContext, messageOf, StepError, timeOrderedUuid } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { describeFailure, failure, orFail } from "../../failure.ts";
import { waitForInstance } from "../../instances.ts";
import { isChina } from "../../regions.ts";
import { type InstanceIntent, instanceKind, terminate } from "../../resources/instance.ts";
import { openOwn } from "../../resources/open.ts";
import { awsCode, hasCode, retryA, retrying } from "../../retry.ts";
import { reportTags, type Tags, tagList, tagSpecifications } from "../../tag-lists.ts";
import { unhurried } from "../../unhurried.ts";
import { pollingOf } from "../../waiting.ts";
import type { Config } from "../config.ts";
import { type LaunchParts, launchRequest } from "../launch-request.ts";

export interface LaunchTags {
  readonly run: Tags;
  readonly volume: Tags;
}

/** Launches on demand and waits until the instance runs. */
export async function launchInstance(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  parts: LaunchParts,
  tags: LaunchTags,
): Promise<Instance> {
  const { ui, signal, host } = ctx;
  const ec2 = amazon.ec2();
  const late = isChina(amazon.region);
  ui.say("Launching a source AWS instance...");
  reportLaunchTags(ctx, tags);
  const specifications = [
    ...tagSpecifications(tags.run, "instance", "network-interface"),
    ...tagSpecifications(tags.volume, "volume"),
  ];
  const clientToken = timeOrderedUuid(host);
  const request: RunInstancesCommandInput = {
    ...launchRequest(config, parts),
    MinCount: 1,
    MaxCount: 1,
    ClientToken: clientToken,
    ...(!late && specifications.length > 0 && { TagSpecifications: specifications }),
  };
  const intent = { where: amazon.where, mapped: mappedDevices(config), clientToken };
  const id = await acquireInstance(ctx, amazon, config, intent, (work) =>
    orFail(ui, "Error launching source instance", signal, async () => {
      const { Instances = [] } = await unhurried(host.clock, work, (late) =>
        retrying(host.clock, work, retryA, profileNotSeen, () => send(ec2, request, late)),
      );
      return Instances[0]?.InstanceId ?? "";
    }),
  );
  const instance = await untilReady(ctx, amazon, config, id);
  if (late) await tagLate(ctx, ec2, instance, tags);
  return instance;
}
const send = (ec2: EC2Client, request: RunInstancesCommandInput, abortSignal: AbortSignal) =>
  ec2.send(new RunInstancesCommand(request), { abortSignal });

/** The lines that the listings print between the launch and the instance's id. */
export function reportLaunchTags({ ui }: BuildContext, { run, volume }: LaunchTags): void {
  ui.say("Adding tags to source instance");
  reportTags(ui, run);
  if (Object.keys(volume).length > 0) {
    ui.say("Adding tags to source EBS Volumes");
    reportTags(ui, volume);
  }
}

export function mappedDevices(config: Config): readonly string[] {
  return (config.launch_block_device_mappings ?? []).map((device) => device.device_name ?? "");
}

/** The instance as a resource: terminated when the build ends, however it ends. */
export async function acquireInstance(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  intent: InstanceIntent,
  create: (work: AbortSignal) => Promise<string>,
): Promise<string> {
  const { ui, host } = ctx;
  const { where, mapped } = intent;
  const held = await ctx.acquire({
    kind: instanceKind(openOwn(amazon)),
    intent,
    create,
    ref: (id) => ({ where, id, mapped }),
    async release(id, _, cleanup) {
      ui.say("Terminating the source AWS instance...");
      try {
        await terminate(amazon.ec2(), host, pollingOf(config, host.env), id, cleanup);
      } catch (thrown) {
        ui.error(`Error terminating instance, may still be around: ${id}: ${describeFailure(thrown)}`);
        throw thrown;
      }
    },
  });
  ui.message(`Instance ID: ${held.value}`);
  return held.value;
}

export async function untilReady(ctx: BuildContext, amazon: Amazon, config: Config, id: string): Promise<Instance> {
  const { ui, signal, host } = ctx;
  ui.say(`Waiting for instance (${id}) to become ready...`);
  let instance: Instance | undefined;
  try {
    instance = await waitForInstance(amazon.ec2(), host, pollingOf(config, host.env), id, "running", signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const why = thrown instanceof StepError ? messageOf(thrown) : describeFailure(thrown);
    throw failure(ui, `Error waiting for instance (${id}) to become ready: ${why}`, thrown);
  }
  if (!instance) throw failure(ui, `Error waiting for instance (${id}) to become ready: it is gone`);
  if (ctx.debug) {
    if (instance.PublicDnsName) ui.message(`Public DNS: ${instance.PublicDnsName}`);
    if (instance.PublicIpAddress) ui.message(`Public IP: ${instance.PublicIpAddress}`);
    if (instance.PrivateIpAddress) ui.message(`Private IP: ${instance.PrivateIpAddress}`);
  }
  return instance;
}

/** A profile made a moment ago may not be known to EC2 yet. */
function profileNotSeen(thrown: unknown): boolean {
  return (
    awsCode(thrown) === "InvalidParameterValue" && thrown instanceof Error && /iamInstanceProfile/i.test(thrown.message)
  );
}

/** China takes tags only for what exists. */
async function tagLate(ctx: BuildContext, ec2: EC2Client, instance: Instance, tags: LaunchTags): Promise<void> {
  const { ui, signal, host } = ctx;
  const volumes = (instance.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs?.VolumeId ? [Ebs.VolumeId] : []));
  const jobs = [
    { resources: [instance.InstanceId ?? ""], tags: tags.run },
    { resources: volumes, tags: tags.volume },
  ];
  for (const job of jobs) {
    if (job.resources.length === 0 || Object.keys(job.tags).length === 0) continue;
    const command = new CreateTagsCommand({ Resources: job.resources, Tags: tagList(job.tags) });
    const missing = hasCode("InvalidInstanceID.NotFound", "InvalidVolume.NotFound");
    await orFail(ui, "Error tagging source instance", signal, () =>
      retrying(host.clock, signal, retryA, missing, () => ec2.send(command, { abortSignal: signal })),
    );
  }
}
