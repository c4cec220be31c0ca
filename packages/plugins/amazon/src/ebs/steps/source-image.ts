import type { Image } from "@aws-sdk/client-ec2";
import { type BuildContext, StepError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { describeFailure, failure } from "../../failure.ts";
import { lookUpImage } from "../../image-lookup.ts";
import type { Config } from "../config.ts";

/** Finds the image to start from. */
export async function findSourceImage(ctx: BuildContext, amazon: Amazon, config: Config): Promise<Image> {
  const { ui, signal } = ctx;
  let image: Image;
  try {
    const query = { ...config.source_ami_filter, ...(config.source_ami && { id: config.source_ami }) };
    image = await lookUpImage(amazon.ec2(), query, signal);
  } catch (thrown) {
    if (signal.aborted) throw signal.reason;
    throw failure(
      ui,
      thrown instanceof StepError ? thrown.message : `Error querying AMI: ${describeFailure(thrown)}`,
      thrown,
    );
  }
  ui.message(`Found Image ID: ${image.ImageId}`);
  const enhanced = config.ena_support === true || config.sriov_support;
  if (enhanced) {
    const given = config.ami_virtualization_type;
    if (given && given !== "hvm") {
      throw failure(ui, `Cannot enable enhanced networking, AMIVirtType '${given}' is not HVM`);
    }
    if (!given && image.VirtualizationType !== "hvm") {
      throw failure(ui, `Cannot enable enhanced networking, source AMI '${image.ImageId}' is not HVM`);
    }
  }
  if (image.RootDeviceType !== undefined && image.RootDeviceType !== "ebs") {
    throw failure(
      ui,
      `The provided source AMI has an invalid root device type.\nExpected 'ebs', got '${image.RootDeviceType}'.`,
    );
  }
  return image;
}
