import { CreateTagsCommand, type EC2Client } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { snapshotsOf } from "../../images.ts";
import { hasCode, retryA, retrying } from "../../retry.ts";
import { reportTags, type Tags, tagList } from "../../tag-lists.ts";
import type { MadeImage } from "./create-image.ts";

/** Tags images and snapshots alike, then the snapshots with what is theirs alone. */
export async function tagImages(
  ctx: BuildContext,
  amazon: Amazon,
  images: readonly MadeImage[],
  tags: Tags,
  snapshotTags: Tags,
): Promise<void> {
  const { ui } = ctx;
  if (Object.keys(tags).length === 0 && Object.keys(snapshotTags).length === 0) return;
  for (const { region, image } of images) {
    const ec2 = amazon.ec2(region);
    const id = image.ImageId ?? "";
    const snapshots = snapshotsOf(image);
    ui.say(`Adding tags to AMI (${id})...`);
    for (const snapshot of snapshots) ui.say(`Tagging snapshot: ${snapshot}`);
    ui.say("Creating AMI tags");
    reportTags(ui, tags);
    ui.say("Creating snapshot tags");
    reportTags(ui, snapshotTags);
    await putTags(ctx, ec2, [id, ...snapshots], tags);
    await putTags(ctx, ec2, snapshots, snapshotTags);
  }
}

async function putTags(ctx: BuildContext, ec2: EC2Client, resources: readonly string[], tags: Tags): Promise<void> {
  if (resources.length === 0 || Object.keys(tags).length === 0) return;
  const { ui, signal, host } = ctx;
  const command = new CreateTagsCommand({ Resources: [...resources], Tags: tagList(tags) });
  const missing = hasCode("InvalidAMIID.NotFound", "InvalidSnapshot.NotFound");
  await orFail(ui, `Error adding tags to Resources (${resources.join(", ")})`, signal, () =>
    retrying(host.clock, signal, retryA, missing, () => ec2.send(command, { abortSignal: signal })),
  );
}
