import { newId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError, invalidValue } from "../protocol/api-error.ts";
import type { BlockDevice, ImageRow, SnapshotRow } from "../state/rows.ts";
import { checkImageName } from "./image-lookup.ts";
import { readTagSpecifications } from "./tag-wire.ts";

/** A copy shares the captured file system with its source: both are rows that name the same layers. */
export const copyImage = action("CopyImage", {
  read: (p) => ({
    sourceId: p.required("SourceImageId"),
    sourceRegion: p.required("SourceRegion"),
    name: p.required("Name"),
    description: p.text("Description"),
    encrypted: p.flag("Encrypted") ?? false,
    kmsKeyId: p.text("KmsKeyId"),
    copyTags: p.flag("CopyImageTags") ?? false,
    tags: readTagSpecifications(p, ["image", "snapshot"]),
    // Nothing takes time here, so how long the copy may take is met however it is set.
    duration: p.whole("SnapshotCopyCompletionDurationMinutes"),
    clientToken: p.text("ClientToken"),
  }),
  run: (input, call) => {
    const { store, accountId, regions } = call.cloud;
    if (Object.keys(input.tags).length > 0 || input.copyTags) call.needs("ec2:CreateTags");
    if (!regions.includes(input.sourceRegion))
      throw invalidValue("sourceRegion", input.sourceRegion, "Unknown region.");
    const source = store.get("images", input.sourceRegion, input.sourceId);
    if (!source)
      throw new ApiError(
        "InvalidAMIID.NotFound",
        `The image id '[${input.sourceId}]' does not exist in ${input.sourceRegion}`,
      );
    if (source.state !== "available") {
      throw new ApiError(
        "InvalidAMIID.Unavailable",
        `The image ID '${source.id}' is in state '${source.state}', not 'available'`,
      );
    }
    if (input.kmsKeyId && !input.encrypted) {
      throw new ApiError("InvalidParameterCombination", "KmsKeyId requires Encrypted to be true.");
    }
    checkImageName(call, input.name);
    const id = newId("ami");
    const snapshots: SnapshotRow[] = [];
    const blockDevices = source.blockDevices.map((device): BlockDevice => {
      if (!device.ebs) return device;
      const original = store.get("snapshots", input.sourceRegion, device.ebs.snapshotId ?? "");
      const isRoot = device.deviceName === source.rootDeviceName;
      const encrypted = input.encrypted || device.ebs.encrypted;
      const kmsKeyId = input.kmsKeyId || device.ebs.kmsKeyId;
      const tree = original?.tree ?? (isRoot ? source.tree : undefined);
      const snapshot: SnapshotRow = {
        id: newId("snap"),
        description: `Copied for DestinationAmi ${id} from SourceAmi ${source.id} for SourceSnapshot ${device.ebs.snapshotId ?? ""}.`,
        ownerId: accountId,
        volumeId: "vol-ffffffff",
        volumeSize: device.ebs.volumeSize,
        state: "completed",
        startedAt: call.now(),
        encrypted,
        ...(kmsKeyId !== undefined && { kmsKeyId }),
        groups: [],
        users: [],
        ...(tree && { tree, defaultUser: source.defaultUser }),
        ...(original?.bytes !== undefined && { bytes: original.bytes }),
        tags: input.tags["snapshot"] ?? {},
      };
      snapshots.push(snapshot);
      const ebs = { ...device.ebs, snapshotId: snapshot.id, encrypted, ...(kmsKeyId !== undefined && { kmsKeyId }) };
      return { ...device, ebs };
    });
    const { standIn: _, deprecateAt: __, ownerAlias: ___, description: sourceDescription, ...kept } = source;
    const description = input.description || sourceDescription;
    const image: ImageRow = {
      ...kept,
      id,
      name: input.name,
      ...(description !== undefined && { description }),
      ownerId: accountId,
      createdAt: call.now(),
      state: "available",
      blockDevices,
      permissions: { groups: [], users: [], organizations: [], organizationalUnits: [] },
      deregistrationProtection: "disabled",
      sourceImageId: source.id,
      sourceImageRegion: input.sourceRegion,
      tags: { ...(input.copyTags && source.ownerId === accountId ? source.tags : {}), ...input.tags["image"] },
    };
    call.change((tx) => {
      for (const snapshot of snapshots) tx.put("snapshots", call.region, snapshot);
      tx.put("images", call.region, image);
    });
    return { imageId: id };
  },
});
