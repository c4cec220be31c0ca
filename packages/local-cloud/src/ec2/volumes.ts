import { newId } from "../ids.ts";
import { regionNamed } from "../places/regions.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import { type FilterTable, matching, readFilters, yesNo } from "../protocol/filters.ts";
import { page, readPage } from "../protocol/pages.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { VolumeRow } from "../state/rows.ts";
import { checkPerformance, volumeTypes } from "./block-devices.ts";
import { instanceOf } from "./instance-lookup.ts";
import { snapshotOf, snapshotSize } from "./snapshot-lookup.ts";
import { readTagSpecifications, tagSet } from "./tag-wire.ts";
import { volumeOf } from "./volume-lookup.ts";

function attachmentWire(volume: VolumeRow, status: string): WireObject | undefined {
  const { attachment } = volume;
  return (
    attachment && {
      volumeId: volume.id,
      instanceId: attachment.instanceId,
      device: attachment.device,
      status,
      attachTime: attachment.attachedAt,
      deleteOnTermination: attachment.deleteOnTermination,
    }
  );
}

function wire(volume: VolumeRow): WireObject {
  const attachment = attachmentWire(volume, "attached");
  return {
    iops: volume.iops,
    tagSet: tagSet(volume.tags),
    volumeType: volume.type,
    multiAttachEnabled: false,
    throughput: volume.throughput,
    volumeId: volume.id,
    size: volume.size,
    snapshotId: volume.snapshotId ?? "",
    availabilityZone: volume.zone,
    status: volume.state,
    createTime: volume.createdAt,
    attachmentSet: attachment ? [attachment] : [],
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
  };
}

export const createVolume = action("CreateVolume", {
  read: (p) => ({
    zone: p.required("AvailabilityZone"),
    size: p.whole("Size"),
    snapshotId: p.text("SnapshotId"),
    type: p.word("VolumeType", volumeTypes) ?? ("gp2" as const),
    iops: p.whole("Iops"),
    throughput: p.whole("Throughput"),
    encrypted: p.flag("Encrypted"),
    kmsKeyId: p.text("KmsKeyId"),
    clientToken: p.text("ClientToken"),
    tags: readTagSpecifications(p, ["volume"])["volume"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    if (!regionNamed(call.region).zones.includes(input.zone)) throw invalidValue("availabilityZone", input.zone);
    checkPerformance(input.type, input.iops, input.throughput);
    const least = input.snapshotId ? snapshotSize(call)(input.snapshotId) : undefined;
    const size = input.size ?? least;
    if (size === undefined)
      throw new ApiError("MissingParameter", "The request must contain the parameter size or snapshotId");
    if (least !== undefined && size < least)
      throw invalidValue("size", String(size), `Volume of ${size}GiB is too small; minimum is ${least}GiB.`);
    const snapshot = input.snapshotId ? call.cloud.store.get("snapshots", call.region, input.snapshotId) : undefined;
    if (snapshot && snapshotOf(call, snapshot.id).state !== "completed") {
      throw new ApiError("IncorrectState", `Snapshot is in invalid state - ${snapshot.state}`);
    }
    const kmsKeyId = input.kmsKeyId ?? snapshot?.kmsKeyId;
    const row: VolumeRow = {
      id: newId("vol"),
      createdAt: call.now(),
      size,
      type: input.type,
      ...(input.iops !== undefined && { iops: input.iops }),
      ...(input.throughput !== undefined && { throughput: input.throughput }),
      encrypted: input.encrypted ?? snapshot?.encrypted ?? false,
      ...(kmsKeyId !== undefined && { kmsKeyId }),
      ...(input.snapshotId !== undefined && { snapshotId: input.snapshotId }),
      zone: input.zone,
      state: "available",
      ...(snapshot?.tree && { tree: snapshot.tree }),
      ...(snapshot?.defaultUser !== undefined && { defaultUser: snapshot.defaultUser }),
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("volumes", call.region, row));
    const { attachmentSet: _, ...created } = wire(row);
    return { ...created, status: "creating" };
  },
});

export const deleteVolume = action("DeleteVolume", {
  read: (p) => p.required("VolumeId"),
  run: (id, call) => {
    const volume = volumeOf(call, id);
    if (volume.attachment) {
      throw new ApiError("VolumeInUse", `Volume ${id} is currently attached to ${volume.attachment.instanceId}`);
    }
    call.change((tx) => tx.remove("volumes", call.region, id));
    void call.cloud.tasks.start(() => call.cloud.layers.sweep());
    return { return: true };
  },
});

export const attachVolume = action("AttachVolume", {
  read: (p) => ({
    device: p.required("Device"),
    instanceId: p.required("InstanceId"),
    volumeId: p.required("VolumeId"),
  }),
  run: (input, call) => {
    const volume = volumeOf(call, input.volumeId);
    const instance = instanceOf(call, input.instanceId);
    if (volume.attachment) throw new ApiError("VolumeInUse", `${volume.id} is already attached to an instance`);
    if (instance.state !== "running" && instance.state !== "stopped") {
      throw new ApiError("IncorrectState", `Instance '${instance.id}' is not 'running' or 'stopped'.`);
    }
    if (instance.zone !== volume.zone) {
      throw new ApiError(
        "InvalidVolume.ZoneMismatch",
        `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
      );
    }
    const taken = call
      .rows("volumes")
      .some(({ attachment: a }) => a?.instanceId === instance.id && a.device === input.device);
    if (taken) throw invalidValue("unixDevice", input.device, `Attachment point ${input.device} is already in use`);
    const attachment = {
      instanceId: instance.id,
      device: input.device,
      deleteOnTermination: false,
      attachedAt: call.now(),
    };
    const attached: VolumeRow = { ...volume, state: "in-use", attachment };
    call.change((tx) => tx.put("volumes", call.region, attached));
    return attachmentWire(attached, "attaching") ?? {};
  },
});

export const detachVolume = action("DetachVolume", {
  read: (p) => ({
    volumeId: p.required("VolumeId"),
    instanceId: p.text("InstanceId"),
    device: p.text("Device"),
    force: p.flag("Force"),
  }),
  run: (input, call) => {
    const volume = volumeOf(call, input.volumeId);
    const { attachment, ...rest } = volume;
    if (!attachment || (input.instanceId !== undefined && attachment.instanceId !== input.instanceId)) {
      throw new ApiError("IncorrectState", `Volume '${volume.id}' is in the '${volume.state}' state.`);
    }
    const instance = call.cloud.store.get("instances", call.region, attachment.instanceId);
    if (instance?.state === "running" && attachment.device === instance.rootDeviceName) {
      throw new ApiError(
        "OperationNotPermitted",
        `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`,
      );
    }
    call.change((tx) => tx.put("volumes", call.region, { ...rest, state: "available" }));
    return attachmentWire(volume, "detaching") ?? {};
  },
});

const attachmentOf = (read: (a: NonNullable<VolumeRow["attachment"]>) => string) => (volume: VolumeRow) => [
  volume.attachment && read(volume.attachment),
];
const filters: FilterTable<VolumeRow> = {
  "attachment.attach-time": attachmentOf((a) => a.attachedAt),
  "attachment.delete-on-termination": attachmentOf((a) => String(a.deleteOnTermination)),
  "attachment.device": attachmentOf((a) => a.device),
  "attachment.instance-id": attachmentOf((a) => a.instanceId),
  "attachment.status": attachmentOf(() => "attached"),
  "availability-zone": (volume) => [volume.zone],
  "create-time": (volume) => [volume.createdAt],
  encrypted: (volume) => yesNo(volume.encrypted),
  size: (volume) => [String(volume.size)],
  "snapshot-id": (volume) => [volume.snapshotId],
  status: (volume) => [volume.state],
  "volume-id": (volume) => [volume.id],
  "volume-type": (volume) => [volume.type],
};

export const describeVolumes = action("DescribeVolumes", {
  read: (p) => ({ ids: p.texts("VolumeId"), filters: readFilters(p), page: readPage(p, 1, 1000) }),
  run: (input, call) => {
    const chosen = input.ids.length === 0 ? call.rows("volumes") : input.ids.map((id) => volumeOf(call, id));
    const { rows, nextToken } = page(matching(chosen, input.filters, filters), input.page);
    return { volumeSet: rows.map(wire), nextToken };
  },
});
