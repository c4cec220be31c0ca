import { copyImage } from "./ec2/copy-image.ts";
import { createImage } from "./ec2/create-image.ts";
import { describeFastLaunchImages, enableFastLaunch } from "./ec2/fast-launch.ts";
import { createFleet, describeSpotInstanceRequests } from "./ec2/fleets.ts";
import { describeImageAttribute, modifyImageAttribute, resetImageAttribute } from "./ec2/image-attributes.ts";
import * as images from "./ec2/images.ts";
import { modifyInstanceAttribute, modifyInstanceMetadataOptions } from "./ec2/instance-attributes.ts";
import { rebootInstances, startInstances, stopInstances, terminateInstances } from "./ec2/instance-states.ts";
import * as instances from "./ec2/instances.ts";
import * as keyPairs from "./ec2/key-pairs.ts";
import * as launchTemplates from "./ec2/launch-templates.ts";
import * as network from "./ec2/network.ts";
import * as places from "./ec2/places.ts";
import { registerImage } from "./ec2/register-image.ts";
import * as rules from "./ec2/security-group-rules.ts";
import * as groups from "./ec2/security-groups.ts";
import * as snapshots from "./ec2/snapshots.ts";
import { createTags, deleteTags, describeTags } from "./ec2/tags.ts";
import * as volumes from "./ec2/volumes.ts";
import * as profiles from "./iam/instance-profiles.ts";
import * as roles from "./iam/roles.ts";
import type { Action, JsonAction } from "./protocol/action.ts";
import type { ServiceName } from "./protocol/service.ts";
import { instanceConnectActions, ssmActions } from "./ssm/ssm.ts";
import * as sts from "./sts/sts.ts";

const ec2: readonly Action[] = [
  copyImage,
  createFleet,
  createImage,
  createTags,
  deleteTags,
  describeFastLaunchImages,
  describeImageAttribute,
  describeSpotInstanceRequests,
  describeTags,
  enableFastLaunch,
  images.deregisterImage,
  images.describeImages,
  images.disableImage,
  images.disableImageDeprecation,
  images.disableImageDeregistrationProtection,
  images.enableImage,
  images.enableImageDeprecation,
  images.enableImageDeregistrationProtection,
  instances.describeInstanceAttribute,
  instances.describeInstanceStatus,
  instances.describeInstances,
  instances.getConsoleOutput,
  instances.getPasswordData,
  instances.runInstances,
  keyPairs.createKeyPair,
  keyPairs.deleteKeyPair,
  keyPairs.describeKeyPairs,
  keyPairs.importKeyPair,
  launchTemplates.createLaunchTemplate,
  launchTemplates.deleteLaunchTemplate,
  launchTemplates.describeLaunchTemplates,
  launchTemplates.describeLaunchTemplateVersions,
  modifyImageAttribute,
  modifyInstanceAttribute,
  modifyInstanceMetadataOptions,
  network.createSubnet,
  network.createVpc,
  network.deleteSubnet,
  network.deleteVpc,
  network.describeSubnets,
  network.describeVpcs,
  places.describeAccountAttributes,
  places.describeAvailabilityZones,
  places.describeInstanceTypeOfferings,
  places.describeInstanceTypes,
  places.describeRegions,
  rebootInstances,
  registerImage,
  resetImageAttribute,
  rules.authorizeSecurityGroupEgress,
  rules.authorizeSecurityGroupIngress,
  rules.revokeSecurityGroupEgress,
  rules.revokeSecurityGroupIngress,
  groups.createSecurityGroup,
  groups.deleteSecurityGroup,
  groups.describeSecurityGroupRules,
  groups.describeSecurityGroups,
  snapshots.copySnapshot,
  snapshots.createSnapshot,
  snapshots.deleteSnapshot,
  snapshots.describeSnapshotAttribute,
  snapshots.describeSnapshots,
  snapshots.modifySnapshotAttribute,
  snapshots.resetSnapshotAttribute,
  startInstances,
  stopInstances,
  terminateInstances,
  volumes.attachVolume,
  volumes.createVolume,
  volumes.deleteVolume,
  volumes.describeVolumes,
  volumes.detachVolume,
];

const iam: readonly Action[] = [
  profiles.addRoleToInstanceProfile,
  profiles.createInstanceProfile,
  profiles.deleteInstanceProfile,
  profiles.getInstanceProfile,
  profiles.getUser,
  profiles.listInstanceProfiles,
  profiles.listInstanceProfilesForRole,
  profiles.removeRoleFromInstanceProfile,
  profiles.tagInstanceProfile,
  roles.attachRolePolicy,
  roles.createRole,
  roles.deleteRole,
  roles.deleteRolePolicy,
  roles.detachRolePolicy,
  roles.getRole,
  roles.getRolePolicy,
  roles.listAttachedRolePolicies,
  roles.listRolePolicies,
  roles.listRoles,
  roles.putRolePolicy,
  roles.tagRole,
];

const named = <A extends { readonly name: string }>(actions: readonly A[]): ReadonlyMap<string, A> =>
  new Map(actions.map((action) => [action.name, action]));

/** Every operation of the Query services. */
export const queryActions: Readonly<Partial<Record<ServiceName, ReadonlyMap<string, Action>>>> = {
  ec2: named(ec2),
  iam: named(iam),
  sts: named([sts.assumeRole, sts.decodeAuthorizationMessage, sts.getCallerIdentity, sts.getSessionToken]),
};

/** Every operation of the JSON services. */
export const jsonActions: Readonly<Partial<Record<ServiceName, ReadonlyMap<string, JsonAction>>>> = {
  ssm: named(ssmActions),
  "ec2-instance-connect": named(instanceConnectActions),
};
