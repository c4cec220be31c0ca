import { blocks, type ConfigOf, flag, num, text } from "@kiln/sdk";

export const blockDeviceFields = {
  device_name: text({ doc: "Name that the instance sees, such as /dev/sdh." }),
  delete_on_termination: flag({ doc: "Delete the volume with the instance.", fallback: false }),
  encrypted: flag({ doc: "Encrypt the volume; the snapshot decides when not set." }),
  kms_key_id: text({ doc: "KMS key to encrypt with; needs encrypted." }),
  iops: num({ doc: "Provisioned operations per second (io1, io2, gp3)." }),
  throughput: num({ doc: "Provisioned throughput in MiB/s (gp3)." }),
  no_device: flag({ doc: "Leave out this device of the source image.", fallback: false }),
  snapshot_id: text({ doc: "Snapshot to fill the volume from." }),
  virtual_name: text({ doc: "Instance store volume, such as ephemeral0." }),
  volume_type: text({ doc: "Type of the volume, such as gp3." }),
  volume_size: num({ doc: "Size of the volume in GiB." }),
} as const;
export type BlockDevice = ConfigOf<typeof blockDeviceFields>;

export const blockDeviceOptions = {
  ami_block_device_mappings: blocks(blockDeviceFields, { doc: "Devices that instances of the image get." }),
  launch_block_device_mappings: blocks(blockDeviceFields, { doc: "Devices of the instance that builds." }),
} as const;
