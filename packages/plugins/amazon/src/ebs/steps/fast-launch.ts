import {
  DescribeFastLaunchImagesCommand,
  DescribeLaunchTemplatesCommand,
  type EC2Client,
  EnableFastLaunchCommand,
  type FastLaunchLaunchTemplateSpecificationRequest,
} from "@aws-sdk/client-ec2";
import { type BuildContext, StepError } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { waitFor } from "../../waiting.ts";
import type { Config } from "../config.ts";
import type { MadeImage } from "./create-image.ts";

type FastLaunch = NonNullable<Config["fast_launch"]>;
type Template = Pick<FastLaunch, "enable_fast_launch" | "template_id" | "template_name" | "template_version">;

/** Prepares snapshots of Windows images, region by region, where the template asks for it. */
export async function enableFastLaunch(
  ctx: BuildContext,
  amazon: Amazon,
  options: FastLaunch,
  images: readonly MadeImage[],
): Promise<void> {
  for (const made of images) {
    const own = options.region_launch_templates?.find(({ region }) => region === made.region);
    const template: Template | undefined = own ?? (made.region === amazon.region ? options : undefined);
    const enabled = template?.enable_fast_launch ?? options.enable_fast_launch ?? false;
    if (enabled) await enable(ctx, amazon.ec2(made.region), options, template, made);
  }
}

async function enable(
  ctx: BuildContext,
  ec2: EC2Client,
  options: FastLaunch,
  template: Template | undefined,
  { region, image }: MadeImage,
): Promise<void> {
  const { ui, signal, host } = ctx;
  const id = image.ImageId ?? "";
  const launchTemplate = await orFail(
    ui,
    `Error reading the launch template for fast launch in ${region}`,
    signal,
    () => templateOf(ec2, template, signal),
  );
  ui.say(`Enabling fast boot for AMI ${id} in region ${region}`);
  const { max_parallel_launches, target_resource_count } = options;
  const command = new EnableFastLaunchCommand({
    ImageId: id,
    ResourceType: "snapshot",
    ...(launchTemplate && { LaunchTemplate: launchTemplate }),
    ...(max_parallel_launches && { MaxParallelLaunches: max_parallel_launches }),
    ...(target_resource_count && { SnapshotConfiguration: { TargetResourceCount: target_resource_count } }),
  });
  await orFail(ui, `Error enabling fast boot for AMI in region ${region}`, signal, () =>
    ec2.send(command, { abortSignal: signal }),
  );
  ui.say(`Waiting for fast launch to become ready on AMI ${id} in region ${region}; this can take a while...`);
  const look = async (): Promise<true | undefined> => {
    const ask = new DescribeFastLaunchImagesCommand({ ImageIds: [id] });
    const [found] = (await ec2.send(ask, { abortSignal: signal })).FastLaunchImages ?? [];
    if (found?.State === "enabled") return true;
    if (found?.State !== undefined && found.State !== "enabling") {
      throw new StepError(`fast launch is ${found.State}: ${found.StateTransitionReason ?? "no reason given"}`);
    }
    return undefined;
  };
  const wait = { what: `fast launch of ${id}`, timeoutMs: 500 * 15_000, look };
  await orFail(ui, "Error waiting for fast launch", signal, () => waitFor(host, { delayMs: 15_000 }, wait, signal));
}

/** EC2 wants a version; the newest one where the template gives none. */
async function templateOf(
  ec2: EC2Client,
  template: Template | undefined,
  signal: AbortSignal,
): Promise<FastLaunchLaunchTemplateSpecificationRequest | undefined> {
  const { template_id, template_name, template_version } = template ?? {};
  if (!template_id && !template_name) return undefined;
  const which = template_id ? { LaunchTemplateId: template_id } : { LaunchTemplateName: template_name };
  if (template_version) return { ...which, Version: String(template_version) };
  const ask = new DescribeLaunchTemplatesCommand(
    template_id ? { LaunchTemplateIds: [template_id] } : { LaunchTemplateNames: [template_name ?? ""] },
  );
  const [found] = (await ec2.send(ask, { abortSignal: signal })).LaunchTemplates ?? [];
  return { ...which, Version: String(found?.LatestVersionNumber ?? "$Latest") };
}
