import { newId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { invalidValue } from "../protocol/api-error.ts";
import type { Call } from "../protocol/call.ts";
import type { BlockDevice, ImageRow, InstanceRow, SnapshotRow, Tags } from "../state/rows.ts";
import { mergeDevices, readDevices } from "./block-devices.ts";
import { checkImageName } from "./image-lookup.ts";
import { instanceOf } from "./instance-lookup.ts";
import { snapshotSize } from "./snapshot-lookup.ts";
import { readTagSpecifications } from "./tag-wire.ts";

export const createImage = action("CreateImage", {
  read: (p) => ({
    instanceId: p.required("InstanceId"),
    name: p.required("Name"),
    description: p.text("Description"),
    noReboot: p.flag("NoReboot") ?? false,
    devices: readDevices(p),
    tags: readTagSpecifications(p, ["image", "snapshot"]),
  }),
  run: (input, call) => {
    const instance = instanceOf(call, input.instanceId);
    if (Object.keys(input.tags).length > 0) call.needs("ec2:CreateTags");
    checkImageName(call, input.name);
    if (instance.state !== "running" && instance.state !== "stopped") {
      throw invalidValue("instanceId", instance.id, "Instance is not in state 'running' or 'stopped'.");
    }
    const devices = mergeDevices(attached(call, instance), input.devices, snapshotSize(call));
    const snapshots = devices.map((device) => newSnapshot(call, instance, device, input.tags["snapshot"] ?? {}));
    const image = newImage(call, instance, devices, snapshots, input);
    call.change((tx) => {
      for (const snapshot of snapshots) if (snapshot) tx.putVolatile("snapshots", call.region, snapshot);
      tx.putVolatile("images", call.region, image);
    });
    call.cloud.captures.image({ region: call.region, image: image.id, instance: instance.id, reboot: !input.noReboot });
    return { imageId: image.id };
  },
});

/** The instance's own devices, as a mapping for its image. */
function attached(call: Call, instance: InstanceRow): BlockDevice[] {
  const volumes = call.cloud.store.rows("volumes", call.region).filter((v) => v.attachment?.instanceId === instance.id);
  const root = volumes.find((volume) => volume.attachment?.device === instance.rootDeviceName);
  const ordered = root ? [root, ...volumes.filter((volume) => volume !== root)] : volumes;
  return ordered.map((volume) => ({
    deviceName: volume.attachment?.device ?? "",
    ebs: {
      volumeSize: volume.size,
      volumeType: volume.type,
      ...(volume.iops !== undefined && { iops: volume.iops }),
      ...(volume.throughput !== undefined && { throughput: volume.throughput }),
      ...(volume.kmsKeyId !== undefined && { kmsKeyId: volume.kmsKeyId }),
      encrypted: volume.encrypted,
      deleteOnTermination: volume.attachment?.deleteOnTermination ?? false,
    },
  }));
}

/** The snapshot that a device of the image gets; devices with a snapshot of their own keep it. */
function newSnapshot(call: Call, instance: InstanceRow, device: BlockDevice, tags: Tags): SnapshotRow | undefined {
  const volumes = call.cloud.store.rows("volumes", call.region);
  const volume = volumes.find(
    ({ attachment }) => attachment?.instanceId === instance.id && attachment.device === device.deviceName,
  );
  if (!device.ebs || !volume || device.ebs.snapshotId !== undefined) return undefined;
  return {
    id: newId("snap"),
    description: "",
    ownerId: call.cloud.accountId,
    volumeId: volume.id,
    volumeSize: device.ebs.volumeSize,
    state: "pending",
    startedAt: call.now(),
    encrypted: device.ebs.encrypted,
    ...(device.ebs.kmsKeyId !== undefined && { kmsKeyId: device.ebs.kmsKeyId }),
    groups: [],
    users: [],
    tags,
  };
}

interface NewImage {
  readonly name: string;
  readonly description: string | undefined;
  readonly tags: Readonly<Record<string, Tags>>;
}

function newImage(
  call: Call,
  instance: InstanceRow,
  devices: readonly BlockDevice[],
  snapshots: readonly (SnapshotRow | undefined)[],
  input: NewImage,
): ImageRow {
  const id = newId("ami");
  const source = call.cloud.store.get("images", call.region, instance.imageId);
  return {
    id,
    name: input.name,
    ...(input.description && { description: input.description }),
    ownerId: call.cloud.accountId,
    createdAt: call.now(),
    state: "pending",
    architecture: instance.architecture,
    ...(instance.platform && { platform: instance.platform }),
    rootDeviceName: instance.rootDeviceName,
    virtualizationType: instance.virtualizationType,
    ...(source?.bootMode !== undefined && { bootMode: source.bootMode }),
    ...(source?.imdsSupport !== undefined && { imdsSupport: source.imdsSupport }),
    enaSupport: instance.enaSupport,
    ...(instance.sriovNetSupport !== undefined && { sriovNetSupport: instance.sriovNetSupport }),
    blockDevices: devices.map((device, i) => {
      const snapshot = snapshots[i];
      return snapshot && device.ebs ? { ...device, ebs: { ...device.ebs, snapshotId: snapshot.id } } : device;
    }),
    permissions: { groups: [], users: [], organizations: [], organizationalUnits: [] },
    productCodes: source?.productCodes ?? [],
    deregistrationProtection: "disabled",
    sourceInstanceId: instance.id,
    defaultUser: instance.defaultUser,
    tags: input.tags["image"] ?? {},
  };
}
