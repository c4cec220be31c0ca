import {
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeImagesCommand,
  DescribeSnapshotsCommand,
  DisableImageDeregistrationProtectionCommand,
  type EC2Client,
  type Image,
} from "@aws-sdk/client-ec2";
import { type Host, StepError } from "@kiln/sdk";
import { hasCode } from "./retry.ts";
import { type Polling, waitFor } from "./waiting.ts";

const noImage = hasCode("InvalidAMIID.NotFound", "InvalidAMIID.Unavailable");

export async function describeImage(ec2: EC2Client, id: string, signal: AbortSignal): Promise<Image | undefined> {
  try {
    const { Images = [] } = await ec2.send(new DescribeImagesCommand({ ImageIds: [id] }), { abortSignal: signal });
    return Images[0];
  } catch (thrown) {
    if (noImage(thrown)) return undefined;
    throw thrown;
  }
}

/** Our own images of that name. */
export async function imagesNamed(ec2: EC2Client, name: string, signal: AbortSignal): Promise<readonly Image[]> {
  const command = new DescribeImagesCommand({ Owners: ["self"], Filters: [{ Name: "name", Values: [name] }] });
  const { Images = [] } = await ec2.send(command, { abortSignal: signal });
  return Images;
}

/** Waits up to 30 minutes (or as `aws_polling` says), looking every five seconds at the most. */
export async function waitForImage(
  ec2: EC2Client,
  host: Pick<Host, "clock">,
  polling: Polling,
  id: string,
  signal: AbortSignal,
): Promise<Image> {
  const look = async (): Promise<Image | undefined> => {
    const image = await describeImage(ec2, id, signal);
    if (image?.State === "available") return image;
    if (image?.State && ["failed", "invalid", "error", "deregistered"].includes(image.State)) {
      throw new StepError(
        `failed with ResourceNotReady error, which can have a variety of causes. ` +
          `DescribeImages returned the state reason: ${image.StateReason?.Message ?? image.State}`,
        { code: "amazon/image-failed" },
      );
    }
    return undefined;
  };
  const wait = { what: `image ${id} to become available`, timeoutMs: 1_800_000, minDelayMs: 5_000, look };
  return waitFor(host, polling, wait, signal);
}

export function snapshotsOf(image: Image | undefined): readonly string[] {
  return (image?.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => (Ebs?.SnapshotId ? [Ebs.SnapshotId] : []));
}

/** An image that is gone is success; our own protection (`deregistration_protection`) is lifted first. */
export async function deregister(ec2: EC2Client, id: string, signal: AbortSignal): Promise<void> {
  const send = () => ec2.send(new DeregisterImageCommand({ ImageId: id }), { abortSignal: signal });
  try {
    await send();
  } catch (thrown) {
    if (noImage(thrown)) return;
    if (!hasCode("OperationNotPermitted")(thrown)) throw thrown;
    await ec2.send(new DisableImageDeregistrationProtectionCommand({ ImageId: id }), { abortSignal: signal });
    await send();
  }
}
export async function deleteSnapshot(ec2: EC2Client, id: string, signal: AbortSignal): Promise<void> {
  try {
    await ec2.send(new DeleteSnapshotCommand({ SnapshotId: id }), { abortSignal: signal });
  } catch (thrown) {
    if (!hasCode("InvalidSnapshot.NotFound")(thrown)) throw thrown;
  }
}

/**
 * Snapshots that belong to an image: those it lists, and those that were begun for it before it lists them (EC2 writes the image's id
 * into their description).
 */
export async function allSnapshotsOf(
  ec2: EC2Client,
  id: string,
  image: Image | undefined,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const command = new DescribeSnapshotsCommand({
    OwnerIds: ["self"],
    Filters: [
      { Name: "description", Values: [`Created by CreateImage(*) for ${id}*`, `Copied for DestinationAmi ${id}*`] },
    ],
  });
  const { Snapshots = [] } = await ec2.send(command, { abortSignal: signal });
  const begun = Snapshots.flatMap(({ SnapshotId }) => (SnapshotId ? [SnapshotId] : []));
  return [...new Set([...snapshotsOf(image), ...begun])];
}
