import { newId } from "../ids.ts";
import { action } from "../protocol/action.ts";
import { ApiError } from "../protocol/api-error.ts";
import type { ImageRow } from "../state/rows.ts";
import { mergeDevices, readDevices } from "./block-devices.ts";
import { checkImageName } from "./image-lookup.ts";
import { snapshotOf, snapshotSize } from "./snapshot-lookup.ts";
import { readTagSpecifications } from "./tag-wire.ts";

export const registerImage = action("RegisterImage", {
  read: (p) => ({
    name: p.required("Name"),
    description: p.text("Description"),
    architecture: p.word("Architecture", ["i386", "x86_64", "arm64", "x86_64_mac", "arm64_mac"]) ?? "x86_64",
    rootDeviceName: p.text("RootDeviceName"),
    virtualizationType: p.word("VirtualizationType", ["hvm", "paravirtual"]) ?? "paravirtual",
    ena: p.flag("EnaSupport") ?? false,
    sriov: p.text("SriovNetSupport"),
    bootMode: p.word("BootMode", ["legacy-bios", "uefi", "uefi-preferred"]),
    uefiData: p.text("UefiData"),
    tpm: p.word("TpmSupport", ["v2.0"]),
    imds: p.word("ImdsSupport", ["v2.0"]),
    imageLocation: p.text("ImageLocation"),
    devices: readDevices(p),
    tags: readTagSpecifications(p, ["image"])["image"],
  }),
  run: (input, call) => {
    if (input.tags) call.needs("ec2:CreateTags");
    if (input.imageLocation) {
      throw new ApiError(
        "UnsupportedOperation",
        "This local cloud registers images from snapshots, not from S3 manifests.",
      );
    }
    if (input.rootDeviceName === undefined)
      throw new ApiError("MissingParameter", "The request must contain the parameter rootDeviceName");
    checkImageName(call, input.name);
    const blockDevices = mergeDevices([], input.devices, snapshotSize(call));
    const root = blockDevices.find((device) => device.deviceName === input.rootDeviceName);
    if (!root?.ebs?.snapshotId) {
      throw new ApiError(
        "InvalidBlockDeviceMapping",
        `Unable to find the root device '${input.rootDeviceName}' with a snapshot in the block device mapping`,
      );
    }
    const snapshot = snapshotOf(call, root.ebs.snapshotId);
    if (snapshot.state !== "completed") {
      throw new ApiError(
        "IncorrectState",
        `The snapshot ${snapshot.id} is in state '${snapshot.state}', not 'completed'`,
      );
    }
    const image: ImageRow = {
      id: newId("ami"),
      name: input.name,
      ...(input.description && { description: input.description }),
      ownerId: call.cloud.accountId,
      createdAt: call.now(),
      state: "available",
      architecture: input.architecture,
      rootDeviceName: input.rootDeviceName,
      virtualizationType: input.virtualizationType,
      ...(input.bootMode && { bootMode: input.bootMode }),
      ...(input.tpm && { tpmSupport: input.tpm }),
      ...(input.imds && { imdsSupport: input.imds }),
      enaSupport: input.ena,
      ...(input.sriov && { sriovNetSupport: input.sriov }),
      blockDevices,
      permissions: { groups: [], users: [], organizations: [], organizationalUnits: [] },
      productCodes: [],
      deregistrationProtection: "disabled",
      ...(snapshot.tree && { tree: snapshot.tree }),
      defaultUser: snapshot.defaultUser ?? "ec2-user",
      tags: input.tags ?? {},
    };
    call.change((tx) => tx.put("images", call.region, image));
    return { imageId: image.id };
  },
});
