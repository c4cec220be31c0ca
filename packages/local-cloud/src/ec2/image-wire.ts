import { type FilterTable, yesNo } from "../protocol/filters.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { ImageRow } from "../state/rows.ts";
import { devicesWire } from "./block-devices.ts";
import { tagSet } from "./tag-wire.ts";

const isPublic = (image: ImageRow): boolean => image.permissions.groups.includes("all");

/** An image as DescribeImages shows it at a moment (milliseconds), since deprecation is a matter of time. */
export function imageWire(image: ImageRow): WireObject {
  return {
    blockDeviceMapping: devicesWire(image.blockDevices),
    description: image.description,
    enaSupport: image.enaSupport,
    hypervisor: "xen",
    ...(image.ownerAlias !== undefined && { imageOwnerAlias: image.ownerAlias }),
    name: image.name,
    rootDeviceName: image.rootDeviceName,
    rootDeviceType: "ebs",
    sriovNetSupport: image.sriovNetSupport,
    ...(image.stateReason !== undefined && {
      stateReason: { code: "Client.InternalError", message: image.stateReason },
    }),
    tagSet: tagSet(image.tags),
    virtualizationType: image.virtualizationType,
    bootMode: image.bootMode,
    tpmSupport: image.tpmSupport,
    deprecationTime: image.deprecateAt,
    imdsSupport: image.imdsSupport,
    sourceInstanceId: image.sourceInstanceId,
    deregistrationProtection: image.deregistrationProtection,
    sourceImageId: image.sourceImageId,
    sourceImageRegion: image.sourceImageRegion,
    imageId: image.id,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    imageState: image.state,
    imageOwnerId: image.ownerId,
    creationDate: image.createdAt,
    isPublic: isPublic(image),
    productCodes: image.productCodes.map((productCode) => ({ productCode, type: "marketplace" })),
    architecture: image.architecture,
    imageType: "machine",
    ...(image.platform && { platform: image.platform }),
    platformDetails: image.platform === "windows" ? "Windows" : "Linux/UNIX",
    usageOperation: image.platform === "windows" ? "RunInstances:0002" : "RunInstances",
  };
}

const devices = (read: (device: ImageRow["blockDevices"][number]) => string | undefined) => (image: ImageRow) =>
  image.blockDevices.map(read);

export const imageFilters: FilterTable<ImageRow> = {
  architecture: (image) => [image.architecture],
  "block-device-mapping.delete-on-termination": devices((d) => d.ebs && String(d.ebs.deleteOnTermination)),
  "block-device-mapping.device-name": devices((d) => d.deviceName),
  "block-device-mapping.snapshot-id": devices((d) => d.ebs?.snapshotId),
  "block-device-mapping.volume-size": devices((d) => d.ebs && String(d.ebs.volumeSize)),
  "block-device-mapping.volume-type": devices((d) => d.ebs?.volumeType),
  "block-device-mapping.encrypted": devices((d) => d.ebs && String(d.ebs.encrypted)),
  "boot-mode": (image) => [image.bootMode],
  "creation-date": (image) => [image.createdAt],
  description: (image) => [image.description],
  "ena-support": (image) => yesNo(image.enaSupport),
  hypervisor: () => ["xen"],
  "image-id": (image) => [image.id],
  "image-type": () => ["machine"],
  "imds-support": (image) => [image.imdsSupport],
  "is-public": (image) => yesNo(isPublic(image)),
  "manifest-location": (image) => [`${image.ownerAlias ?? image.ownerId}/${image.name}`],
  name: (image) => [image.name],
  "owner-alias": (image) => [image.ownerAlias],
  "owner-id": (image) => [image.ownerId],
  platform: (image) => [image.platform],
  "platform-details": (image) => [image.platform === "windows" ? "Windows" : "Linux/UNIX"],
  "product-code": (image) => image.productCodes,
  "root-device-name": (image) => [image.rootDeviceName],
  "root-device-type": () => ["ebs"],
  "source-image-id": (image) => [image.sourceImageId],
  "source-image-region": (image) => [image.sourceImageRegion],
  "source-instance-id": (image) => [image.sourceInstanceId],
  state: (image) => [image.state],
  "sriov-net-support": (image) => [image.sriovNetSupport],
  "tpm-support": (image) => [image.tpmSupport],
  "usage-operation": (image) => [image.platform === "windows" ? "RunInstances:0002" : "RunInstances"],
  "virtualization-type": (image) => [image.virtualizationType],
};
