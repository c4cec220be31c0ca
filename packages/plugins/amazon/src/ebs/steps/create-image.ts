import { CreateImageCommand, type EC2Client, type Image } from "@aws-sdk/client-ec2";
import { type BuildContext, type Held, messageOf, StepError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { blockDeviceList } from "../../block-device-list.ts";
import { describeFailure, failure, orFail } from "../../failure.ts";
import { allSnapshotsOf, deleteSnapshot, deregister, describeImage, waitForImage } from "../../images.ts";
import { isRestricted } from "../../regions.ts";
import { imageKind } from "../../resources/image.ts";
import { openOwn } from "../../resources/open.ts";
import { awsCode, type RetryPlan, retrying } from "../../retry.ts";
import { type Tags, tagSpecifications } from "../../tag-lists.ts";
import { unhurried } from "../../unhurried.ts";
import { pollingOf } from "../../waiting.ts";
import type { Config } from "../config.ts";

export interface MadeImage {
  readonly region: string;
  readonly image: Image;
  readonly held: Held<string>;
}

/**
 * Has EC2 make an image of the instance and waits for it. `runTags` are those of the template, without defaults; a `temporary` image is
 * only there to be copied.
 */
export async function createImage(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  instanceId: string,
  name: string,
  runTags: Tags,
  temporary: boolean,
): Promise<MadeImage> {
  const { ui, signal } = ctx;
  const ec2 = amazon.ec2();
  ui.say(`Creating the AMI: ${name}`);
  const devices = blockDeviceList(config.ami_block_device_mappings);
  const tags = imageTags(ctx, amazon, config, runTags);
  const command = new CreateImageCommand({
    InstanceId: instanceId,
    Name: name,
    ...(devices.length > 0 && { BlockDeviceMappings: devices }),
    ...(tags.length > 0 && { TagSpecifications: tags }),
  });
  const over = temporary ? temporaryOver : failedOver;
  const held = await acquireImage(ctx, amazon, amazon.region, { name, source: instanceId, over }, (work) =>
    orFail(ui, "Error creating AMI", signal, async () => {
      const { clock } = ctx.host;
      const { ImageId = "" } = await unhurried(clock, work, (late) =>
        retrying(clock, work, fifteenMinutes, isNotStopped, () => ec2.send(command, { abortSignal: late })),
      );
      return ImageId;
    }),
  );
  ui.message(`AMI: ${held.value}`);
  ui.say("Waiting for AMI to become ready...");
  const image = await untilAvailable(ctx, ec2, config, held.value);
  return { region: amazon.region, image, held };
}

/** About a quarter of an hour in all. */
const fifteenMinutes: RetryPlan = { tries: 35, firstMs: 200, longestMs: 30_000 };
function isNotStopped(thrown: unknown): boolean {
  return (
    awsCode(thrown) === "InvalidParameterValue" &&
    thrown instanceof Error &&
    thrown.message.includes("Instance is not in state")
  );
}

/** Said only where the template has run tags: without them there is nothing to attach or to skip. */
function imageTags({ ui }: BuildContext, amazon: Amazon, config: Config, runTags: Tags) {
  if (Object.keys(runTags).length === 0 || isRestricted(amazon.region)) return [];
  if (config.skip_ami_run_tags) {
    ui.say("Skipping attaching run tags to AMI...");
    return [];
  }
  ui.say("Attaching run tags to AMI...");
  return tagSpecifications(runTags, "image", "snapshot");
}

const temporaryOver = "Deregistering the AMI and deleting unencrypted temporary AMIs and snapshots";
const failedOver = "Deregistering the AMI and deleting associated snapshots because of cancellation, or error...";

export interface ImagePlan {
  readonly name: string;
  /** Instance or image that it is made from. */
  readonly source: string;
  /** The line printed when it is removed. */
  readonly over?: string;
}
/** An image as a resource: removed with its snapshots unless it is kept. */
export function acquireImage(
  ctx: BuildContext,
  amazon: Amazon,
  region: string,
  { name, source, over = failedOver }: ImagePlan,
  create: (work: AbortSignal) => Promise<string>,
): Promise<Held<string>> {
  const { ui, host } = ctx;
  const where = { ...amazon.where, region };
  return ctx.acquire({
    kind: imageKind(openOwn(amazon)),
    intent: { where, name, source, after: host.clock.now().toISOString() },
    create,
    ref: (id) => ({ where, id }),
    async release(id, _, cleanup) {
      ui.say(over);
      await removeAloud(ctx, amazon.ec2(region), id, cleanup);
    },
  });
}

/** Deregisters and deletes with the lines that Packer prints. */
export async function removeAloud(
  { ui }: BuildContext,
  ec2: EC2Client,
  id: string,
  signal: AbortSignal,
): Promise<void> {
  try {
    const image = await describeImage(ec2, id, signal);
    const snapshots = await allSnapshotsOf(ec2, id, image, signal);
    await deregister(ec2, id, signal);
    ui.say(`Deregistered AMI id: ${id}`);
    for (const snapshot of snapshots) {
      await deleteSnapshot(ec2, snapshot, signal);
      ui.say(`Deleted snapshot: ${snapshot}`);
    }
  } catch (thrown) {
    ui.error(`Error deregistering AMI, may still be around: ${id}: ${describeFailure(thrown)}`);
    throw thrown;
  }
}

export async function untilAvailable(ctx: BuildContext, ec2: EC2Client, config: Config, id: string): Promise<Image> {
  const { ui, signal, host } = ctx;
  try {
    return await waitForImage(ec2, host, pollingOf(config, host.env), id, signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    const why = thrown instanceof StepError ? messageOf(thrown) : describeFailure(thrown);
    throw failure(ui, `Error waiting for AMI: ${why}`, thrown);
  }
}
