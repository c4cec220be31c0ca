import type { Image, Instance } from "@aws-sdk/client-ec2";
import type { Artifact, BuildContext } from "@kiln/sdk";
import { type Amazon, type OpenOptions, openAmazon } from "../access/amazon.ts";
import { failure } from "../failure.ts";
import { sourceData } from "../source-data.ts";
import { mergeTags, renderTags, type Tags } from "../tag-lists.ts";
import { randomAlphanumeric } from "../unique-names.ts";
import { userData } from "../user-data.ts";
import { imageArtifact } from "./artifact.ts";
import type { Config } from "./config.ts";
import type { LaunchParts } from "./launch-request.ts";
import { addressOf } from "./steps/address.ts";
import { modifyAttributes } from "./steps/attributes.ts";
import { copyImage, isIntermediary } from "./steps/copy-image.ts";
import { createImage, type MadeImage } from "./steps/create-image.ts";
import { deregisterOld } from "./steps/deregister-old.ts";
import { cleanUpVolumes } from "./steps/extra-volumes.ts";
import { enableFastLaunch } from "./steps/fast-launch.ts";
import { type Key, makeKeyPair } from "./steps/key-pair.ts";
import { launchInstance } from "./steps/launch.ts";
import { launchSpot } from "./steps/launch-spot.ts";
import { modifyInstance } from "./steps/modify-instance.ts";
import { findNetwork } from "./steps/network.ts";
import { preValidate } from "./steps/pre-validate.ts";
import { deprecate, protect } from "./steps/protect-image.ts";
import { findSecurityGroups } from "./steps/security-groups.ts";
import { findSourceImage } from "./steps/source-image.ts";
import { stopInstance } from "./steps/stop.ts";
import { tagImages } from "./steps/tag-image.ts";
import type { Tunnel } from "./steps/tunnel.ts";
import { windowsPassword } from "./steps/windows-password.ts";

/** All tags of a build, rendered. `given` run tags are the template's, `run` has the default name too. */
interface BuildTags {
  readonly given: Tags;
  readonly run: Tags;
  readonly volume: Tags;
  readonly spot: Tags;
  readonly fleet: Tags;
  readonly image: Tags;
  readonly snapshot: Tags;
}

/** The whole build, step by step in Packer's order and under Packer's step names. Undefined where no image was wanted. */
export async function build(
  ctx: BuildContext,
  config: Config,
  transport?: OpenOptions["transport"],
): Promise<Artifact | undefined> {
  const open = (signal: AbortSignal): Promise<Amazon> =>
    openAmazon(config, ctx.host, { signal, learn: (s) => ctx.secrets.add(s), ...(transport && { transport }) });
  const amazon = await open(ctx.signal).catch((thrown: unknown) => {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    throw failure(ctx.ui, thrown instanceof Error ? thrown.message : String(thrown), thrown);
  });
  const force = config.force_deregister || ctx.force;
  await ctx.step("StepPreValidate", () => {
    ctx.defer(async () => amazon[Symbol.dispose]());
    return preValidate(ctx, amazon, config, force);
  });
  const source = await ctx.step("StepSourceAMIInfo", () => findSourceImage(ctx, amazon, config));
  const data = sourceData(source, amazon.region);
  const tags = renderAll(ctx, config, { ...data });
  const { instance, key } = await launch(ctx, amazon, config, source, tags);
  const id = instance.InstanceId ?? "";
  await connectAndProvision(ctx, amazon, config, instance, key, data);

  const spot = isSpot(config);
  if (!spot) {
    await ctx.step("StepStopEBSBackedInstance", () => stopInstance(ctx, amazon, config, id));
    await ctx.step("StepModifyEBSBackedInstance", () => modifyInstance(ctx, amazon, config, id));
  }
  if (config.skip_create_ami) {
    ctx.ui.say("Skipping AMI creation...");
    ctx.ui.say("Skipping AMI region copy...");
    return undefined;
  }
  if (force) await ctx.step("StepDeregisterAMI", () => deregisterOld(ctx, amazon, config));
  const images = await makeImages(ctx, amazon, config, id, tags);
  await finish(ctx, amazon, config, images, data, tags);
  // From here on nothing may take them away again.
  for (const { held } of images) await held.keep();
  const ids = images.map(({ region, image }) => [region, image.ImageId ?? ""] as const);
  if (ids.length === 0) return undefined;
  return imageArtifact(ids, data, { open, clock: ctx.host.clock });
}

function isSpot({ spot_price }: Config): boolean {
  return Boolean(spot_price && spot_price !== "0");
}

function renderAll(ctx: BuildContext, config: Config, data: Readonly<Record<string, unknown>>): BuildTags {
  const render = (tags: Tags): Tags => renderTags(ctx, tags, data);
  const given = render(mergeTags(config.run_tags, config.run_tag));
  return {
    given,
    run: "Name" in given ? given : { ...given, Name: "Packer Builder" },
    volume: render(mergeTags(config.run_volume_tags, config.run_volume_tag)),
    spot: render(mergeTags(config.spot_tags, config.spot_tag)),
    fleet: render(mergeTags(config.fleet_tags, config.fleet_tag)),
    image: render(mergeTags(config.tags, config.tag)),
    snapshot: render(mergeTags(config.snapshot_tags, config.snapshot_tag)),
  };
}

async function launch(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  source: Image,
  tags: BuildTags,
): Promise<{ readonly instance: Instance; readonly key: Key }> {
  const image = source.ImageId ?? "";
  const network = await ctx.step("StepNetworkInfo", () => findNetwork(ctx, amazon, config));
  const key = await ctx.step("StepKeyPair", () => makeKeyPair(ctx, amazon, config, tags.given));
  const groups = await ctx.step("StepSecurityGroup", () =>
    findSecurityGroups(ctx, amazon, config, network.vpc, tags.given),
  );
  const wantsProfile = config.iam_instance_profile || config.temporary_iam_instance_profile_policy_document;
  const profile = wantsProfile
    ? await ctx.step("StepIamInstanceProfile", async () => {
        const { findInstanceProfile } = await import("./steps/instance-profile.ts");
        return findInstanceProfile(ctx, amazon, config, image, tags.given);
      })
    : undefined;
  const volumes = await ctx.step("StepCleanupVolumes", async () => cleanUpVolumes(ctx, amazon, config));
  const parts: LaunchParts = {
    image,
    network,
    groups,
    profile,
    keyName: key.name,
    userData: await userData(config, ctx.host.files),
  };
  const instance = isSpot(config)
    ? await ctx.step("StepRunSpotInstance", () => launchSpot(ctx, amazon, config, parts, tags))
    : await ctx.step("StepRunSourceInstance", () => launchInstance(ctx, amazon, config, parts, tags));
  volumes.launched(instance);
  return { instance, key };
}

async function connectAndProvision(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  instance: Instance,
  key: Key,
  data: ReturnType<typeof sourceData>,
): Promise<void> {
  const id = instance.InstanceId ?? "";
  const password = await ctx.step("StepGetPassword", () => windowsPassword(ctx, amazon, config, id, key));
  const tunnel =
    config.ssh_interface === "session_manager"
      ? await ctx.step("StepCreateSSMTunnel", async () => {
          const { openTunnel } = await import("./steps/tunnel.ts");
          return openTunnel(ctx, amazon, config, instance, key);
        })
      : undefined;
  const communicator = await ctx.connect({
    config,
    address: tunnel ? throughTunnel(tunnel) : addressOf(ctx, amazon, config, instance),
    ...(key.generated && { generatedKey: key.generated }),
    ...(password !== undefined && { password }),
  });
  const { SourceAMITags: _, ...published } = data;
  ctx.publish({ ...published });
  await ctx.provision({ communicator, facts: { ID: id, ...published } });
}

function throughTunnel(tunnel: Tunnel) {
  return async (signal: AbortSignal): Promise<{ host: string; port: number }> => {
    await tunnel.sendKey(signal);
    return { host: "localhost", port: tunnel.port };
  };
}

async function makeImages(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  instanceId: string,
  tags: BuildTags,
): Promise<readonly MadeImage[]> {
  const temporary = isIntermediary(config);
  const name = temporary ? randomAlphanumeric(7, ctx.host) : (config.ami_name ?? "");
  const made = await ctx.step("StepCreateAMI", () =>
    createImage(ctx, amazon, config, instanceId, name, tags.given, temporary),
  );
  return ctx.step("StepAMIRegionCopy", () => copyImage(ctx, amazon, config, made));
}

/** What makes the images what the template wants; a failure here still takes them away. */
async function finish(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  images: readonly MadeImage[],
  data: ReturnType<typeof sourceData>,
  tags: BuildTags,
): Promise<void> {
  const { fast_launch, deprecate_at, deregistration_protection: protection } = config;
  if (fast_launch) await ctx.step("StepEnableFastLaunch", () => enableFastLaunch(ctx, amazon, fast_launch, images));
  if (deprecate_at) await ctx.step("StepEnableDeprecation", () => deprecate(ctx, amazon, deprecate_at, images));
  if (protection?.enabled || protection?.with_cooldown) {
    await ctx.step("StepEnableDeregistrationProtection", () => protect(ctx, amazon, protection.with_cooldown, images));
  }
  await ctx.step("StepModifyAMIAttributes", () => modifyAttributes(ctx, amazon, config, images, data));
  await ctx.step("StepCreateTags", () => tagImages(ctx, amazon, images, tags.image, tags.snapshot));
}
