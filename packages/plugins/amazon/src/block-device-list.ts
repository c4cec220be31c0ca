import type { BlockDeviceMapping, EbsBlockDevice } from "@aws-sdk/client-ec2";
import type { BlockDevice } from "./options/block-devices.ts";

/** Devices as EC2 takes them. Operations and throughput go only to the volume types that have them. */
export function blockDeviceList(devices: readonly BlockDevice[] | undefined): BlockDeviceMapping[] {
  return (devices ?? []).map((device) => {
    const { device_name: DeviceName, virtual_name } = device;
    if (device.no_device) return { DeviceName, NoDevice: "" };
    if (virtual_name?.startsWith("ephemeral")) return { DeviceName, VirtualName: virtual_name };
    return { DeviceName, Ebs: ebs(device) };
  });
}

function ebs(device: BlockDevice): EbsBlockDevice {
  const { volume_type: type } = device;
  const provisioned = type === "io1" || type === "io2" || type === "gp3";
  return {
    DeleteOnTermination: device.delete_on_termination,
    ...(type && { VolumeType: type as NonNullable<EbsBlockDevice["VolumeType"]> }),
    ...(device.volume_size && { VolumeSize: device.volume_size }),
    ...(provisioned && device.iops && { Iops: device.iops }),
    ...(type === "gp3" && device.throughput && { Throughput: device.throughput }),
    ...(device.snapshot_id && { SnapshotId: device.snapshot_id }),
    ...(device.encrypted !== undefined && { Encrypted: device.encrypted }),
    ...(device.kms_key_id && { KmsKeyId: device.kms_key_id }),
  };
}

/** `no_ephemeral`: every name that Windows images map instance store to, mapped to nothing. */
export function noInstanceStore(): BlockDeviceMapping[] {
  return Array.from("abcdefghijklmnopqrstuvwxyz", (letter) => ({ DeviceName: `xvdc${letter}`, NoDevice: "" }));
}
