import { ApiError, invalidValue, missingParameter } from "../protocol/api-error.ts";
import type { Params } from "../protocol/params.ts";
import type { WireObject } from "../protocol/wire.ts";
import type { BlockDevice, EbsDevice } from "../state/rows.ts";

/** A mapping as a request gives it: what is absent comes from the image, the snapshot or the defaults. */
export interface DeviceRequest {
  readonly deviceName: string;
  readonly virtualName?: string;
  readonly noDevice: boolean;
  readonly ebs?: Partial<EbsDevice>;
}

export const volumeTypes = ["standard", "gp2", "gp3", "io1", "io2", "st1", "sc1"] as const;

function readEbs(p: Params): Partial<EbsDevice> {
  const type = p.word("VolumeType", volumeTypes);
  const iops = p.whole("Iops");
  const throughput = p.whole("Throughput");
  const values = {
    snapshotId: p.text("SnapshotId"),
    volumeSize: p.whole("VolumeSize"),
    volumeType: type,
    iops,
    throughput,
    encrypted: p.flag("Encrypted"),
    kmsKeyId: p.text("KmsKeyId"),
    deleteOnTermination: p.flag("DeleteOnTermination"),
  };
  if (values.volumeSize !== undefined && (values.volumeSize < 1 || values.volumeSize > 65536)) {
    throw invalidValue(p.path("VolumeSize"), String(values.volumeSize), "Volume sizes are 1 to 65536 GiB.");
  }
  checkPerformance(type, iops, throughput);
  if (values.kmsKeyId && values.encrypted === false) {
    throw new ApiError(
      "InvalidParameterDependency",
      "The parameter KmsKeyId requires the parameter Encrypted to be set.",
    );
  }
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined && value !== ""));
}

/** Provisioned performance belongs to the volume types that sell it. */
export function checkPerformance(
  type: string | undefined,
  iops: number | undefined,
  throughput: number | undefined,
): void {
  if ((type === "io1" || type === "io2") && iops === undefined) {
    throw missingParameter(`iops (required for the volume type ${type})`);
  }
  if (iops !== undefined && (type === "gp2" || type === "standard" || type === "st1" || type === "sc1")) {
    throw new ApiError("InvalidParameterCombination", `The parameter iops is not supported for ${type} volumes.`);
  }
  if (throughput !== undefined && type !== undefined && type !== "gp3") {
    throw new ApiError("InvalidParameterCombination", `The parameter throughput is not supported for ${type} volumes.`);
  }
}

/** Reads `BlockDeviceMapping.N`. */
export function readDevices(p: Params): DeviceRequest[] {
  const devices = p.groups("BlockDeviceMapping").map((group): DeviceRequest => {
    const ebs = group.group("Ebs");
    const virtualName = group.text("VirtualName");
    return {
      deviceName: group.required("DeviceName"),
      noDevice: group.text("NoDevice") !== undefined,
      ...(virtualName && { virtualName }),
      ...(ebs && { ebs: readEbs(ebs) }),
    };
  });
  const names = devices.map((device) => device.deviceName);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new ApiError("InvalidBlockDeviceMapping", `Duplicate device name '${twice}' in the block device mapping.`);
  }
  return devices;
}

/** Sizes of snapshots by id; undefined for one that does not exist. */
export type SnapshotSizes = (id: string) => number | undefined;

function complete(ebs: Partial<EbsDevice>, sizeOf: SnapshotSizes): EbsDevice {
  const least = ebs.snapshotId === undefined ? undefined : sizeOf(ebs.snapshotId);
  const size = ebs.volumeSize ?? least;
  if (size === undefined)
    throw new ApiError("MissingParameter", "The request must contain the parameter size or snapshotId");
  if (least !== undefined && size < least) {
    throw new ApiError(
      "InvalidBlockDeviceMapping",
      `Volume of size ${size}GB is smaller than snapshot '${ebs.snapshotId}', expect size >= ${least}GB`,
    );
  }
  return {
    ...ebs,
    volumeSize: size,
    volumeType: ebs.volumeType ?? "gp2",
    encrypted: (ebs.encrypted ?? false) || ebs.kmsKeyId !== undefined,
    deleteOnTermination: ebs.deleteOnTermination ?? true,
  };
}

/** The image's devices with the request's on top, name by name. */
export function mergeDevices(
  base: readonly BlockDevice[],
  requests: readonly DeviceRequest[],
  sizeOf: SnapshotSizes,
): BlockDevice[] {
  const merged = new Map(base.map((device) => [device.deviceName, device]));
  for (const request of requests) {
    const { deviceName } = request;
    const below = merged.get(deviceName)?.ebs;
    if (request.noDevice) merged.delete(deviceName);
    else if (request.ebs) merged.set(deviceName, { deviceName, ebs: complete({ ...below, ...request.ebs }, sizeOf) });
    else if (request.virtualName !== undefined)
      merged.set(deviceName, { deviceName, virtualName: request.virtualName });
    else if (!below) throw new ApiError("InvalidBlockDeviceMapping", `The device '${deviceName}' maps to nothing.`);
  }
  return [...merged.values()];
}

/** Devices as DescribeImages shows them. */
export function devicesWire(devices: readonly BlockDevice[]): WireObject[] {
  return devices.map(({ deviceName, virtualName, ebs }) => ({
    deviceName,
    virtualName,
    ...(ebs && {
      ebs: {
        snapshotId: ebs.snapshotId,
        volumeSize: ebs.volumeSize,
        deleteOnTermination: ebs.deleteOnTermination,
        volumeType: ebs.volumeType,
        iops: ebs.iops,
        throughput: ebs.throughput,
        encrypted: ebs.encrypted,
        kmsKeyId: ebs.kmsKeyId,
      },
    }),
  }));
}
