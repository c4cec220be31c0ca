import { CopyImageCommand } from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { unhurried } from "../../unhurried.ts";
import type { Config } from "../config.ts";
import { acquireImage, type MadeImage, untilAvailable } from "./create-image.ts";

/** True where the first image is only there to be copied: encryption, or no image wanted in the build region. */
export function isIntermediary(config: Config): boolean {
  return config.encrypt_boot === true || config.skip_save_build_region;
}

/** Regions to copy to: the other ones, and the build region where the copy is the encrypted image. */
export function copyTargets(config: Config, buildRegion: string): readonly string[] {
  const others = new Set((config.ami_regions ?? []).filter((region) => region !== buildRegion));
  if (config.encrypt_boot === true && !config.skip_save_build_region) others.add(buildRegion);
  return [...others];
}

/** Copies under the final name to all targets at once; returns what the build results in. */
export async function copyImage(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  made: MadeImage,
): Promise<readonly MadeImage[]> {
  const { ui } = ctx;
  const targets = copyTargets(config, amazon.region);
  const first = isIntermediary(config) ? [] : [made];
  if (targets.length === 0) return first;
  const source = made.image.ImageId ?? "";
  ui.say(`Copying/Encrypting AMI (${source}) to other regions...`);
  for (const region of targets) ui.message(`Copying to: ${region}`);
  ui.message("Waiting for all copies to complete...");
  const copies = await Promise.allSettled(targets.map((region) => copyTo(ctx, amazon, config, source, region)));
  const failed = copies.find((copy) => copy.status === "rejected");
  if (failed) throw failed.reason;
  return [...first, ...copies.flatMap((copy) => (copy.status === "fulfilled" ? [copy.value] : []))];
}

async function copyTo(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  source: string,
  region: string,
): Promise<MadeImage> {
  const { ui, signal } = ctx;
  const ec2 = amazon.ec2(region);
  const name = config.ami_name ?? "";
  const key = region === amazon.region ? config.kms_key_id : config.region_kms_key_ids?.[region];
  const command = new CopyImageCommand({
    Name: name,
    SourceImageId: source,
    SourceRegion: amazon.region,
    CopyImageTags: true,
    ...(config.encrypt_boot !== undefined && { Encrypted: config.encrypt_boot }),
    ...(config.encrypt_boot && key && { KmsKeyId: key }),
    ...(config.snapshot_copy_duration_minutes && {
      SnapshotCopyCompletionDurationMinutes: config.snapshot_copy_duration_minutes,
    }),
  });
  const held = await acquireImage(ctx, amazon, region, { name, source }, (work) =>
    orFail(ui, `Error Copying AMI (${source}) to region (${region})`, signal, async () => {
      const { ImageId = "" } = await unhurried(ctx.host.clock, work, (late) =>
        ec2.send(command, { abortSignal: late }),
      );
      return ImageId;
    }),
  );
  return { region, image: await untilAvailable(ctx, ec2, config, held.value), held };
}
