import { mergeDevices } from "../ec2/block-devices.ts";
import { imageOf } from "../ec2/image-lookup.ts";
import { keyPairNamed } from "../ec2/key-pairs.ts";
import { knownType } from "../ec2/places.ts";
import { snapshotSize } from "../ec2/snapshot-lookup.ts";
import { newId, settledId } from "../ids.ts";
import { partitionOf } from "../places/regions.ts";
import { ApiError, missingParameter } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { ImageRow, InstanceProfileRow, InstanceRow, KeyPairRow, VolumeRow } from "../state/rows.ts";
import type { LaunchRequest } from "./launch-request.ts";
import { type Placement, place } from "./placement.ts";

export interface LaunchCount {
  readonly count: number;
  readonly clientToken: string | undefined;
  /** For instances of a fleet or a spot request. */
  readonly spot: boolean;
}

/** Checks a launch wholly, writes its rows and lets the machines boot. Gives the instances, all of one reservation. */
export function launch(call: Call, request: LaunchRequest, { count, clientToken, spot }: LaunchCount): InstanceRow[] {
  if (!request.imageId) throw missingParameter("ImageId");
  const image = launchable(imageOf(call, request.imageId));
  const type = knownType(request.type ?? "m1.small");
  if (type.architecture !== image.architecture && image.architecture !== "i386") {
    throw new ApiError(
      "InvalidParameterValue",
      `The architecture '${type.architecture}' of the specified instance type does not match the architecture '${image.architecture}' of the specified AMI. Specify an instance type and an AMI that have matching architectures, and try again.`,
    );
  }
  const key = request.keyName === undefined ? undefined : keyPairNamed(call, request.keyName);
  if (image.platform === "windows" && key && key.type !== "rsa")
    throw new ApiError("InvalidParameterCombination", "ED25519 key pairs are not supported with Windows AMIs.");
  const placement = place(call, request);
  const profile = profileOf(call, request);
  const devices = mergeDevices(image.blockDevices, request.devices, snapshotSize(call));
  if (Object.keys(request.tags).length > 0) call.needs("ec2:CreateTags");
  if (!type.burstable && request.cpuCredits) {
    throw new ApiError(
      "InvalidParameterCombination",
      `The ${type.name} instance type does not support T2/T3 CPU credits.`,
    );
  }
  const reservationId = newId("r");
  const rows = Array.from({ length: count }, (_, index) =>
    instanceRow(call, {
      request,
      image,
      type: type.name,
      key,
      placement,
      profile,
      reservationId,
      index,
      clientToken,
      spot,
    }),
  );
  const now = call.now();
  call.change((tx) => {
    for (const row of rows) {
      tx.put("instances", call.region, row);
      for (const { deviceName, ebs } of devices) {
        if (!ebs) continue;
        const { snapshotId } = ebs;
        const volume: VolumeRow = {
          id: newId("vol"),
          createdAt: now,
          size: ebs.volumeSize,
          type: ebs.volumeType,
          ...(ebs.iops !== undefined && { iops: ebs.iops }),
          ...(ebs.throughput !== undefined && { throughput: ebs.throughput }),
          ...(ebs.kmsKeyId !== undefined && { kmsKeyId: ebs.kmsKeyId }),
          encrypted: ebs.encrypted,
          ...(snapshotId !== undefined && { snapshotId }),
          zone: placement.subnet.zone,
          state: "in-use",
          attachment: {
            instanceId: row.id,
            device: deviceName,
            deleteOnTermination: ebs.deleteOnTermination,
            attachedAt: now,
          },
          tags: request.tags["volume"] ?? {},
        };
        tx.put("volumes", call.region, volume);
      }
      if (row.spotRequestId !== undefined) {
        const tags = request.tags["spot-instances-request"] ?? {};
        const price = request.spotPrice ?? "0.1000";
        tx.put("spotRequests", call.region, {
          id: row.spotRequestId,
          instanceId: row.id,
          createdAt: now,
          price,
          zone: row.zone,
          tags,
        });
      }
    }
  });
  for (const row of rows) call.cloud.lifecycle.boot(call.region, row.id);
  return rows;
}

/** An image that a machine can start from; says what it lacks otherwise. */
function launchable(image: ImageRow): ImageRow & { readonly tree: NonNullable<ImageRow["tree"]> } {
  if (image.state !== "available") {
    throw new ApiError(
      "InvalidAMIID.Unavailable",
      `The image ID '${image.id}' is not available (it is ${image.state})`,
    );
  }
  const { tree } = image;
  if (!tree) {
    throw new ApiError(
      "UnsupportedOperation",
      `${image.id} was registered from a snapshot without a file system: this local cloud has nothing to start.`,
    );
  }
  return { ...image, tree };
}

function profileOf(call: Call, request: LaunchRequest): InstanceProfileRow | undefined {
  if (!request.profile) return undefined;
  const { name, arn } = request.profile;
  const wanted = name ?? arn?.split("/").at(-1) ?? "";
  const profile = call.cloud.store.get("instanceProfiles", "", wanted);
  const field = name === undefined ? "arn" : "name";
  if (!profile) {
    throw new ApiError(
      "InvalidParameterValue",
      `Value (${name ?? arn}) for parameter iamInstanceProfile.${field} is invalid. Invalid IAM Instance Profile ${field}`,
    );
  }
  if (profile.roleName !== undefined) {
    call.needs("iam:PassRole", `arn:${partitionOf(call.region)}:iam::${call.cloud.accountId}:role/${profile.roleName}`);
  }
  return profile;
}

interface RowParts {
  readonly request: LaunchRequest;
  readonly image: ReturnType<typeof launchable>;
  readonly type: string;
  readonly key: KeyPairRow | undefined;
  readonly placement: Placement;
  readonly profile: InstanceProfileRow | undefined;
  readonly reservationId: string;
  readonly index: number;
  readonly clientToken: string | undefined;
  readonly spot: boolean;
}

function instanceRow(call: Call, parts: RowParts): InstanceRow {
  const { request, image, key, placement, profile } = parts;
  const id = newId("i");
  const { metadata } = request;
  const mac = settledId("mac", id).slice(-10);
  const partition = partitionOf(call.region);
  return {
    id,
    reservationId: parts.reservationId,
    launchIndex: parts.index,
    imageId: image.id,
    type: parts.type,
    state: "pending",
    transitionReason: "",
    launchedAt: call.now(),
    ...(key && { keyName: key.name, authorizedKey: key.publicKey }),
    architecture: image.architecture,
    ...(image.platform && { platform: image.platform }),
    rootDeviceName: image.rootDeviceName,
    virtualizationType: image.virtualizationType,
    zone: placement.subnet.zone,
    vpcId: placement.subnet.vpcId,
    subnetId: placement.subnet.id,
    securityGroupIds: placement.groupIds,
    networkInterfaceId: newId("eni"),
    networkInterfaceTags: request.tags["network-interface"] ?? {},
    macAddress: `02:${mac.match(/../g)?.join(":") ?? ""}`,
    publicAddress: placement.publicAddress,
    ...(request.userData !== undefined && { userData: request.userData }),
    ...(profile && {
      profileArn: `arn:${partition}:iam::${call.cloud.accountId}:instance-profile${profile.path}${profile.id}`,
      profileId: profile.uid,
    }),
    shutdownBehavior: request.shutdownBehavior ?? "stop",
    disableApiTermination: request.disableApiTermination ?? false,
    disableApiStop: request.disableApiStop ?? false,
    ebsOptimized: request.ebsOptimized ?? false,
    enaSupport: image.enaSupport,
    ...(image.sriovNetSupport !== undefined && { sriovNetSupport: image.sriovNetSupport }),
    sourceDestCheck: true,
    enclave: request.enclave ?? false,
    tenancy: request.tenancy ?? "default",
    ...(request.hostId && { hostId: request.hostId }),
    monitoring: request.monitoring ?? false,
    ...(request.cpuCredits && { cpuCredits: request.cpuCredits }),
    metadata: {
      endpoint: metadata.endpoint ?? "enabled",
      tokens: metadata.tokens ?? (image.imdsSupport === "v2.0" ? "required" : "optional"),
      hopLimit: metadata.hopLimit ?? (image.imdsSupport === "v2.0" ? 2 : 1),
      tags: metadata.tags ?? "disabled",
      ipv6: metadata.ipv6 ?? "disabled",
    },
    ...(request.capacity?.preference !== undefined && { capacityReservationPreference: request.capacity.preference }),
    ...(request.capacity?.reservationId !== undefined && { capacityReservationId: request.capacity.reservationId }),
    licenses: request.licenses,
    ...(parts.spot && { spotRequestId: `sir-${newId("x").slice(-8)}` }),
    ...(parts.clientToken !== undefined && { clientToken: parts.clientToken }),
    tree: image.tree,
    defaultUser: image.defaultUser,
    tags: request.tags["instance"] ?? {},
  };
}
