import {
  type CreateVolumePermission,
  type EC2Client,
  type LaunchPermission,
  ModifyImageAttributeCommand,
  type ModifyImageAttributeCommandInput,
  ModifySnapshotAttributeCommand,
} from "@aws-sdk/client-ec2";
import type { BuildContext } from "@kiln/sdk";
import type { Amazon } from "../../access/amazon.ts";
import { orFail } from "../../failure.ts";
import { snapshotsOf } from "../../images.ts";
import type { SourceData } from "../../source-data.ts";
import { renderText } from "../../tag-lists.ts";
import type { Config } from "../config.ts";
import type { MadeImage } from "./create-image.ts";

type Change = Omit<ModifyImageAttributeCommandInput, "ImageId">;

/** Description, sharing, product codes and IMDS support of the images, sharing of their snapshots: one request per kind. */
export async function modifyAttributes(
  ctx: BuildContext,
  amazon: Amazon,
  config: Config,
  images: readonly MadeImage[],
  data: SourceData,
): Promise<void> {
  const { ui, signal } = ctx;
  const changes = imageChanges(ctx, config, data);
  const permissions = snapshotPermissions(config);
  for (const { region, image } of images) {
    const ec2 = amazon.ec2(region);
    const id = image.ImageId ?? "";
    if (changes.length > 0) ui.say(`Modifying attributes on AMI (${id})...`);
    for (const [kind, change] of changes) {
      ui.say(`Modifying: ${kind}`);
      const command = new ModifyImageAttributeCommand({ ImageId: id, ...change });
      await orFail(ui, "Error modify AMI attributes", signal, () => ec2.send(command, { abortSignal: signal }));
    }
    if (permissions.length === 0) continue;
    for (const snapshot of snapshotsOf(image)) await shareSnapshot(ctx, ec2, snapshot, permissions);
  }
}

function imageChanges(ctx: BuildContext, config: Config, data: SourceData): readonly (readonly [string, Change])[] {
  const changes: (readonly [string, Change])[] = [];
  const { ami_description, ami_product_codes, imds_support } = config;
  const description = ami_description ? renderText(ctx, ami_description, { ...data }) : "";
  if (description) changes.push(["description", { Description: { Value: description } }]);
  const sharing = [
    ["groups", "Group", config.ami_groups],
    ["users", "UserId", config.ami_users],
    ["ami org arns", "OrganizationArn", config.ami_org_arns],
    ["ami ou arns", "OrganizationalUnitArn", config.ami_ou_arns],
  ] as const;
  for (const [kind, member, values] of sharing) {
    if (!values?.length) continue;
    const Add = values.map((value) => ({ [member]: value }) as LaunchPermission);
    changes.push([kind, { LaunchPermission: { Add } }]);
  }
  if (ami_product_codes?.length) changes.push(["product codes", { ProductCodes: [...ami_product_codes] }]);
  if (imds_support) changes.push(["imds_support", { ImdsSupport: { Value: imds_support } }]);
  return changes;
}

type Permission = readonly [kind: string, add: CreateVolumePermission[]];

function snapshotPermissions({ snapshot_groups = [], snapshot_users = [] }: Config): readonly Permission[] {
  const groups = snapshot_groups.map((group) => ({ Group: group as NonNullable<CreateVolumePermission["Group"]> }));
  const users = snapshot_users.map((UserId) => ({ UserId }));
  return [
    ...(groups.length > 0 ? [["groups", groups] as const] : []),
    ...(users.length > 0 ? [["users", users] as const] : []),
  ];
}

async function shareSnapshot(
  { ui, signal }: BuildContext,
  ec2: EC2Client,
  snapshot: string,
  permissions: readonly Permission[],
): Promise<void> {
  ui.say(`Modifying attributes on snapshot (${snapshot})...`);
  for (const [kind, Add] of permissions) {
    ui.message(`Modifying: ${kind}`);
    const command = new ModifySnapshotAttributeCommand({
      SnapshotId: snapshot,
      Attribute: "createVolumePermission",
      CreateVolumePermission: { Add },
    });
    await orFail(ui, "Error modify snapshot attributes", signal, () => ec2.send(command, { abortSignal: signal }));
  }
}
