import type { BlockDevice } from "../options/block-devices.ts";
import type { Refusals } from "./refusals.ts";

interface Limits {
  readonly lowest: number;
  readonly highest: number;
  /** Operations per GiB. */
  readonly ratio?: number;
}
const iopsLimits: Readonly<Record<string, Limits>> = {
  io1: { lowest: 100, highest: 64_000, ratio: 50 },
  io2: { lowest: 100, highest: 64_000, ratio: 500 },
  gp3: { lowest: 3_000, highest: 16_000 },
};

export function checkBlockDevices(option: string, devices: readonly BlockDevice[] | undefined, refuse: Refusals): void {
  for (const [i, device] of (devices ?? []).entries()) checkDevice(option, i, device, refuse);
}

function checkDevice(option: string, i: number, device: BlockDevice, refuse: Refusals): void {
  const name = device.device_name;
  if (!name) {
    refuse.error(
      [option, i],
      "device-name",
      "The `device_name` must be specified for every device in the block device mapping.",
    );
    return;
  }
  if (device.kms_key_id && !device.encrypted) {
    refuse.error(
      [option, i, "kms_key_id"],
      "device-key",
      `The device ${name}, must also have \`encrypted: true\` when setting a kms_key_id.`,
    );
  }
  const type = device.volume_type ?? "";
  checkIops(device, name, iopsLimits[type], [option, i, "iops"], refuse);
  if (device.throughput === undefined || device.throughput === 0) return;
  const path = [option, i, "throughput"];
  if (type !== "gp3") {
    refuse.error(
      path,
      "device-throughput",
      `Throughput is only valid for gp3 volumes, device ${name} is ${type || "of no type"}`,
    );
  } else if (device.throughput < 125 || device.throughput > 1000) {
    refuse.error(path, "device-throughput", `Throughput must be between 125 and 1000 for device ${name}`);
  }
}

function checkIops(
  { iops, volume_size, volume_type }: BlockDevice,
  name: string,
  limits: Limits | undefined,
  path: readonly (string | number)[],
  refuse: Refusals,
): void {
  if (!limits || iops === undefined || iops === 0) return;
  const { lowest, highest, ratio } = limits;
  if (iops < lowest || iops > highest) {
    refuse.error(path, "device-iops", `IOPS must be between ${lowest} and ${highest} for device ${name}`);
  }
  if (ratio && volume_size && iops / volume_size > ratio) {
    refuse.error(
      path,
      "device-iops",
      `${name}: the maximum ratio of provisioned IOPS to requested volume size (in GiB) is ${ratio}:1 for ${volume_type} volumes`,
    );
  }
}
